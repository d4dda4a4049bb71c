// Writes a read element back. The CA gets these bytes, not the posted ones, so it can only see what we saw (threat B7).

import type { Bytes } from "../bytes.ts";
import { type DerElement, isConstructed } from "./element.ts";

/** The canonical encoding: headers are made anew from the tree, leaf contents are as checked by the reader. */
export function writeDer(element: DerElement): Bytes {
  const contents = isConstructed(element) ? element.children.map(writeDer) : [element.contents];
  return writeElement(element.identifier, contents);
}

/** One element: the identifier octet, the shortest length, and the contents one after the other. */
export function writeElement(identifier: number, contents: readonly Bytes[]): Bytes {
  const sizeBytes = contents.reduce((sum, part) => sum + part.length, 0);
  return concat([Uint8Array.of(identifier, ...lengthOctets(sizeBytes)), ...contents]);
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

function concat(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
