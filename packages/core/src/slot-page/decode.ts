// The strict decoder: the whole page or nothing. The publisher decodes what it is about to put, and compares
// what the store holds by meaning. Unlike the edge's lookup it reads to the last bit, so no malformed tail passes.

import { base64Alphabet } from "./base64-alphabet.ts";
import { longestPageValue, type PageBits, pageSize, slotState } from "./page.ts";

/** Returns undefined when `value` is not a well-formed page value. It need not be the shortest one. */
export function decodePage(value: string): PageBits | undefined {
  if (value === "g" || value === "r")
    return new Uint8Array(pageSize).fill(value === "r" ? slotState.revoked : slotState.good);
  if (value.startsWith("b"))
    return value.length === longestPageValue ? fromBase64(value.slice(1))?.slice(0, pageSize) : undefined;
  const [, first, goodK, revokedK, text] = /^([gr])([0-9a-c])([0-9a-c])(.+)$/.exec(value) ?? [];
  const bits = text === undefined ? undefined : fromBase64(text);
  if (bits === undefined) return undefined;
  const lengths = readRuns(bits, first === "r", [Number(`0x${goodK}`), Number(`0x${revokedK}`)]);
  return lengths === undefined ? undefined : fillRuns(lengths, first === "r");
}

/**
 * Whether the store must be written: `stored` is absent or malformed, or decides a slot otherwise than `desired`.
 * Slots in state `any` do not count, else every page would be rewritten day by day as its certificates expire.
 */
export function differsInMeaning(stored: string | undefined, desired: PageBits): boolean {
  const bits = stored === undefined ? undefined : decodePage(stored);
  if (bits === undefined) return true;
  return desired.some((state, slot) => state !== slotState.any && state !== bits[slot]);
}

// Lengths of all runs but the last one, which the end of the bits implies.
function readRuns(
  bits: Uint8Array,
  startsRevoked: boolean,
  k: readonly [number, number],
): readonly number[] | undefined {
  const lengths: number[] = [];
  let at = 0;
  while (true) {
    const wanted = (lengths.length % 2 === 1) !== startsRevoked ? k[1] : k[0];
    const zero = bits.indexOf(0, at);
    if (zero < 0) break;
    const low = bits.subarray(zero + 1, zero + 1 + wanted);
    if (low.length < wanted) return undefined; // cut off inside a run
    lengths.push((zero - at) * 2 ** wanted + low.reduce((sum, bit) => sum * 2 + bit, 0) + 1);
    at = zero + 1 + wanted;
  }
  // Padding completes one byte; more would be a second spelling of the same page.
  return lengths.length > 0 && bits.length - at < 8 ? lengths : undefined;
}

function fillRuns(lengths: readonly number[], startsRevoked: boolean): PageBits | undefined {
  const page = new Uint8Array(pageSize);
  let revoked = startsRevoked;
  let start = 0;
  for (const length of lengths) {
    page.fill(revoked ? slotState.revoked : slotState.good, start, start + length);
    start += length;
    revoked = !revoked;
  }
  page.fill(revoked ? slotState.revoked : slotState.good, start);
  return start < pageSize ? page : undefined; // the implied run has a slot at least
}

/** Unpadded base64 to single bits, whole bytes only. Undefined for an impossible length, a foreign character or unused bits that are set. */
function fromBase64(text: string): Uint8Array | undefined {
  const bits = new Uint8Array(text.length * 6);
  for (let index = 0; index < text.length; index += 1) {
    const sextet = base64Alphabet.indexOf(text.charAt(index));
    if (sextet < 0) return undefined;
    for (let bit = 0; bit < 6; bit += 1) bits[index * 6 + bit] = (sextet >> (5 - bit)) & 1;
  }
  const whole = bits.length - (bits.length % 8);
  return text.length % 4 === 1 || bits.includes(1, whole) ? undefined : bits.subarray(0, whole);
}
