// The order of a SET OF in DER (X.690 §11.6): ascending by encoding. One set, one spelling.

import type { Bytes } from "../bytes.ts";
import type { DerElement } from "./element.ts";

export function isSortedSet(elements: readonly DerElement[]): boolean {
  return elements.every((element, index) => {
    const previous = elements[index - 1];
    return previous === undefined || compareEncodings(previous.encoded, element.encoded) <= 0;
  });
}

/** For sorting: below zero when `a` comes first. */
export function compareEncodings(a: Bytes, b: Bytes): number {
  const different = a.findIndex((octet, index) => octet !== b[index]);
  if (different === -1) return a.length - b.length;
  return (a[different] ?? 0) - (b[different] ?? 0);
}
