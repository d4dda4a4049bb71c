// The few types that our own structures are written with. What is read from a caller is written back by write-der.ts.
import type { Bytes } from "../bytes.ts";
import { constructedBit, contextClass, universal } from "./element.ts";
import { encodeOid } from "./oid.ts";
import { compareEncodings } from "./set-order.ts";
import { writeElement } from "./write-der.ts";

export function sequence(...members: readonly Bytes[]): Bytes {
  return writeElement(universal.sequence | constructedBit, members);
}

/** SET OF, in DER's order. */
export function setOf(...members: readonly Bytes[]): Bytes {
  return writeElement(universal.set | constructedBit, [...members].sort(compareEncodings));
}

/** Constructed `[tag]`. */
export function context(tag: number, ...members: readonly Bytes[]): Bytes {
  return writeElement(contextClass | constructedBit | tag, members);
}

/** 0 to 32,767: the numbers whose second octet, if there is one, leaves the sign bit clear. */
export function smallInteger(value: number): Bytes {
  const octets = value < 0x80 ? [value] : [value >> 8, value & 0xff];
  return writeElement(universal.integer, [Uint8Array.from(octets)]);
}

export function objectIdentifier(dotted: string): Bytes {
  return writeElement(universal.oid, [encodeOid(dotted)]);
}
