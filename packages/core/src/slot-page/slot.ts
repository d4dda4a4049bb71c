// The dense number of a certificate and its two texts: in the subject (`OU=ec-1a2f3`) and in the store's page key (`<id>.1a`).
// Written in the edge runtime's language subset.

import { pageSize } from "./page.ts";

declare const brand: unique symbol;
export type Slot = number & { readonly [brand]: "Slot" };

// At most 13 digits stay below 2^53, so a number and its text determine each other.
const canonical = /^ec-(0|[1-9a-f][0-9a-f]{0,12})$/;

/** Returns undefined unless `value` is an integer from 0 to 2^52 - 1. */
export function toSlot(value: number): Slot | undefined {
  // The brand's two sources are this function and `parseSlot`.
  return Math.floor(value) === value && value >= 0 && value < 2 ** 52 ? (value as Slot) : undefined;
}

/** The value of the subject's OU attribute. */
export function slotText(slot: Slot): string {
  return `ec-${slot.toString(16)}`;
}

/** The inverse of `slotText`; undefined for every other text: upper case, leading zeros, signs, suffixes, blanks. */
export function parseSlot(text: string): Slot | undefined {
  return canonical.test(text) ? (parseInt(text.slice(3), 16) as Slot) : undefined;
}

export function pageOf(slot: Slot): number {
  return Math.floor(slot / pageSize);
}

export function offsetOf(slot: Slot): number {
  return slot % pageSize;
}

export function pageKey(authorityId: string, page: number): string {
  return `${authorityId}.${page.toString(16)}`;
}
