// The edge's decoder: the bit of one slot, read without unpacking the page. Anything malformed up to that slot denies;
// what comes after it is not read, so writers check with `decodePage` before they put.
// Written in the edge runtime's language subset, and for its speed: its interpreter pays for every call and allocation.

import { base64Alphabet } from "./base64-alphabet.ts";
import { longestPageValue } from "./page.ts";

const runForm = /^[gr][0-9a-c][0-9a-c][A-Za-z0-9+/]+$/;
const bitmapForm = /^b[A-Za-z0-9+/]+$/;

const sextets = new Uint8Array(128);
for (let value = 0; value < 64; value += 1) sextets[base64Alphabet.charCodeAt(value)] = value;

// How many ones six bits begin with: a unary code is read in one step per character instead of one per bit.
const leadingOnes = new Uint8Array(64);
for (let value = 32; value < 64; value += 1) leadingOnes[value] = 1 + (leadingOnes[(value << 1) & 63] || 0);

/** Whether the certificate at `offset` (0 to 4,095) of the page is refused. */
export function isDenied(value: string, offset: number): boolean {
  if (value === "g") return false;
  // Three characters and a multiple of four, plus one: no whole byte ends there.
  if (runForm.test(value)) return value.length % 4 === 0 || isDeniedByRuns(value, offset);
  if (value.length !== longestPageValue || !bitmapForm.test(value)) return true;
  const sextet = sextets[value.charCodeAt(1 + Math.floor(offset / 6))] || 0;
  return ((sextet >> (5 - (offset % 6))) & 1) === 1;
}

function isDeniedByRuns(value: string, offset: number): boolean {
  const length = value.length;
  // Bits of the last character that base64 adds after the last whole byte. Read as ones they only lengthen the padding.
  const spare = ((length - 3) * 6) % 8;
  const spareOnes = (1 << spare) - 1;
  let revoked = value.charAt(0) === "r";
  let k = parseInt(value.charAt(revoked ? 2 : 1), 16);
  let otherK = parseInt(value.charAt(revoked ? 1 : 2), 16);
  let covered = 0; // slots up to the end of the current run
  let at = 3;
  let held = 0; // unread bits of the last character read,
  let bits = 0; //   in the high ones of these six, zeros below
  while (true) {
    // Unary part: each one stands for 2^k slots.
    let ones = leadingOnes[bits] || 0;
    while (ones === held) {
      covered += ones << k;
      if (at === length) return revoked; // padding: the last run is implied
      bits = sextets[value.charCodeAt(at)] || 0;
      held = 6;
      at += 1;
      if (at === length) bits |= spareOnes;
      ones = leadingOnes[bits] || 0;
    }
    covered += (ones << k) + 1;
    held -= ones + 1;
    bits = (bits << (ones + 1)) & 63;
    // Binary part: the k low bits of the length - 1.
    let wanted = k;
    while (wanted > held) {
      if (at === length) return true; // cut off inside a run
      wanted -= held;
      covered += (bits >> (6 - held)) << wanted;
      bits = sextets[value.charCodeAt(at)] || 0;
      held = 6;
      at += 1;
      if (at === length) bits |= spareOnes;
    }
    if (wanted > 0) {
      covered += bits >> (6 - wanted);
      held -= wanted;
      bits = (bits << wanted) & 63;
    }
    if (at === length && held < spare) return true; // cut off inside a run, too
    if (covered > offset) return revoked;
    revoked = !revoked;
    wanted = k;
    k = otherK;
    otherK = wanted;
  }
}
