// The edge's decoder: the bit of one slot, read without unpacking the page. Anything malformed up to that slot denies;
// what comes after it is not read, so writers check with `decodePage` before they put.
// Written in the edge runtime's language subset, and for its speed: its interpreter pays for every call and allocation.

import { base64Alphabet } from "./base64-alphabet.ts";
import { longestPageValue } from "./page.ts";

const runForm = /^[gr][0-9a-c][0-9a-c][A-Za-z0-9+/]+$/;
const bitmapForm = /^b[A-Za-z0-9+/]+$/;

const sextets = new Uint8Array(128);
for (let value = 0; value < 64; value += 1) sextets[base64Alphabet.charCodeAt(value)] = value;

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
  const goodK = parseInt(value.charAt(1), 16);
  const revokedK = parseInt(value.charAt(2), 16);
  // Bits of the text up to the last whole byte; what base64 adds after it is no part of the code.
  const end = 18 + (((value.length - 3) * 6) & ~7);
  let revoked = value.charAt(0) === "r";
  let covered = 0; // slots up to the end of the current run
  let at = 3;
  let sextet = 0; // the last character read, of which
  let held = 0; //   this many low bits are unread
  while (true) {
    let wanted = revoked ? revokedK : goodK;
    const step = 1 << wanted;
    // Unary part: each one stands for 2^k slots.
    while (true) {
      if (held === 0) {
        if (at === value.length) return revoked; // padding: the last run is implied
        sextet = sextets[value.charCodeAt(at)] || 0;
        held = 6;
        at += 1;
      }
      held -= 1;
      if (((sextet >> held) & 1) === 0) break;
      covered += step;
    }
    if (at * 6 - held > end) return revoked; // the zero was base64's own: padding
    // Binary part: the k low bits of the length - 1.
    while (wanted > held) {
      wanted -= held;
      covered += (sextet & ((1 << held) - 1)) << wanted;
      sextet = sextets[value.charCodeAt(at)] || 0;
      held = 6;
      at += 1;
    }
    held -= wanted;
    if (at * 6 - held > end) return true; // cut off inside a run
    covered += ((sextet >> held) & ((1 << wanted) - 1)) + 1;
    if (covered > offset) return revoked;
    revoked = !revoked;
  }
}
