// Character string contents to text, for the string types whose repertoire is defined well enough to check.

import type { Bytes } from "../bytes.ts";
import { universal } from "./element.ts";

const ascii: ReadonlyMap<number, RegExp> = new Map([
  [universal.numericString, /^[0-9 ]*$/],
  [universal.printableString, /^[A-Za-z0-9 '()+,\-./:=?]*$/],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: IA5String includes the control characters.
  [universal.ia5String, /^[\x00-\x7f]*$/],
  [universal.visibleString, /^[ -~]*$/],
]);

/** The text, or undefined when the bytes are outside the type's repertoire or the type is not a known one. */
export function decodeText(tag: number, contents: Bytes): string | undefined {
  if (tag === universal.utf8String) return decodeStrictly("utf-8", contents);
  if (tag === universal.bmpString) return decodeStrictly("utf-16be", contents);
  const text = String.fromCharCode(...contents);
  return ascii.get(tag)?.test(text) ? text : undefined;
}

function decodeStrictly(encoding: "utf-8" | "utf-16be", contents: Bytes): string | undefined {
  try {
    // A byte order mark is content here: dropping it would hide a character from the rules.
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(contents);
  } catch {
    return undefined; // Overlong forms, surrogates and cut sequences.
  }
}
