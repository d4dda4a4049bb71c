// DER's rules for the contents of each primitive type a request can hold (X.690 §8 and §11).

import type { Bytes } from "../bytes.ts";
import type { Finding, FindingCode } from "../finding.ts";
import { universal } from "./element.ts";
import { oidDefect } from "./oid.ts";
import { decodeText } from "./text.ts";

type Check = (contents: Bytes) => FindingCode | undefined;

const unchecked: Check = () => undefined;

const checks: ReadonlyMap<number, Check> = new Map([
  // §11.1: TRUE is FF. BER's other 254 spellings of TRUE are where parsers part.
  [
    universal.boolean,
    c => (c.length === 1 && (c[0] === 0 || c[0] === 0xff) ? undefined : "der.boolean_malformed"),
  ],
  [universal.integer, checkInteger],
  [universal.enumerated, checkInteger],
  [universal.bitString, checkBitString],
  [universal.octetString, unchecked],
  [universal.null, c => (c.length === 0 ? undefined : "der.null_malformed")],
  [universal.oid, oidDefect],
  [universal.utf8String, checkText(universal.utf8String)],
  [universal.numericString, checkText(universal.numericString)],
  [universal.printableString, checkText(universal.printableString)],
  [universal.teletexString, unchecked],
  [universal.ia5String, checkText(universal.ia5String)],
  [universal.visibleString, checkText(universal.visibleString)],
  [universal.universalString, unchecked],
  [universal.bmpString, checkText(universal.bmpString)],
] satisfies [number, Check][]);

/** True for a listed universal type and for any primitive `[n]`, whose type only its schema knows. */
export function isReadablePrimitive(identifier: number): boolean {
  return identifier >= 0x40 || checks.has(identifier);
}

/** No finding, or the one defect of these contents. */
export function checkPrimitive(identifier: number, contents: Bytes): readonly Finding[] {
  const code = checks.get(identifier)?.(contents);
  return code === undefined ? [] : [{ code, detail: details[code] ?? "contents that DER does not allow" }];
}

const details: Partial<Record<FindingCode, string>> = {
  "der.boolean_malformed": "a BOOLEAN is one octet, 00 or FF",
  "der.integer_not_minimal": "an INTEGER is empty or has a padding octet",
  "der.bit_string_malformed": "a BIT STRING has a wrong count of unused bits, or they are not zero",
  "der.null_malformed": "a NULL has contents",
  "der.oid_malformed": "an OBJECT IDENTIFIER is empty, padded or cut short",
  "der.oid_too_long": "an OBJECT IDENTIFIER has more or larger arcs than any in use",
  "der.string_malformed": "a character string holds bytes outside its type",
};

/** §8.3.2: the first nine bits are neither all zero nor all one. */
function checkInteger(contents: Bytes): FindingCode | undefined {
  const [first, second] = contents;
  if (first === undefined) return "der.integer_not_minimal";
  if (second === undefined) return undefined;
  const padded = (first === 0 && second < 0x80) || (first === 0xff && second >= 0x80);
  return padded ? "der.integer_not_minimal" : undefined;
}

/** §8.6.2 and §11.2.1: at most seven unused bits, none in an empty string, all of them zero. */
function checkBitString(contents: Bytes): FindingCode | undefined {
  const unused = contents[0];
  const last = contents.at(-1);
  if (unused === undefined || last === undefined || unused > 7) return "der.bit_string_malformed";
  if (contents.length === 1) return unused === 0 ? undefined : "der.bit_string_malformed";
  return (last & ((1 << unused) - 1)) === 0 ? undefined : "der.bit_string_malformed";
}

function checkText(tag: number): Check {
  return contents => (decodeText(tag, contents) === undefined ? "der.string_malformed" : undefined);
}
