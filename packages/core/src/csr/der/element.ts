// One decoded DER element, and the universal tag numbers this module knows (X.680 §8.4).

import type { Bytes } from "../bytes.ts";

export const universal = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  oid: 6,
  enumerated: 10,
  utf8String: 12,
  sequence: 16,
  set: 17,
  numericString: 18,
  printableString: 19,
  teletexString: 20,
  ia5String: 22,
  visibleString: 26,
  universalString: 28,
  bmpString: 30,
} as const;

export const constructedBit = 0x20;
export const contextClass = 0x80;

export type DerElement = {
  /** The identifier octet: class, constructed bit and tag number. */
  readonly identifier: number;
  /** Header and contents, as received. */
  readonly encoded: Bytes;
  readonly contents: Bytes;
  /** Empty for a primitive element. */
  readonly children: readonly DerElement[];
};

export function isConstructed(element: DerElement): boolean {
  return (element.identifier & constructedBit) !== 0;
}

/** True for the primitive universal type `tag`. */
export function isPrimitive(element: DerElement | undefined, tag: number): element is DerElement {
  return element?.identifier === tag;
}

/** The children of a SEQUENCE or SET, or of a constructed `[n]`; undefined for anything else. */
export function childrenOf(
  element: DerElement | undefined,
  type: "sequence" | "set" | { readonly context: number },
): readonly DerElement[] | undefined {
  const expected = typeof type === "string" ? universal[type] : contextClass | type.context;
  return element?.identifier === (expected | constructedBit) ? element.children : undefined;
}
