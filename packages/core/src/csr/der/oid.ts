// OBJECT IDENTIFIER contents (X.690 §8.19) to dotted text, with caps so that a huge arc costs nothing.

import type { Bytes } from "../bytes.ts";
import type { FindingCode } from "../finding.ts";

/** Longer than any identifier in PKIX or a vendor's arc. */
const longestContents = 32;
/** 35 bits: above every registered arc, exact in a double. UUID arcs (2.25) are refused. */
const longestArc = 5;

export function oidDefect(contents: Bytes): FindingCode | undefined {
  const last = contents.at(-1);
  if (last === undefined || last >= 0x80) return "der.oid_malformed";
  if (contents.length > longestContents) return "der.oid_too_long";
  const arcs = splitArcs(contents);
  // A leading 80 is a padding octet: a second spelling of the same arc.
  if (arcs.some(arc => arc[0] === 0x80)) return "der.oid_malformed";
  return arcs.some(arc => arc.length > longestArc) ? "der.oid_too_long" : undefined;
}

/** Dotted text of contents that `oidDefect` accepted; the empty text for contents that it refused. */
export function decodeOid(contents: Bytes): string {
  if (oidDefect(contents) !== undefined) return "";
  const [head = 0, ...rest] = splitArcs(contents).map(arc =>
    arc.reduce((n, octet) => n * 128 + (octet & 0x7f), 0),
  );
  // The first octets hold two arcs: 40 × first + second, where only root 2 has second arcs above 39.
  const root = Math.min(2, Math.floor(head / 40));
  return [root, head - 40 * root, ...rest].join(".");
}

/** Contents of a dotted identifier that is a constant of ours: at least two arcs, each below 2^31. */
export function encodeOid(dotted: string): Bytes {
  const [root = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return Uint8Array.from([40 * root + second, ...rest].flatMap(encodeArc));
}

/** Seven bits to an octet, the highest first; all but the last have the top bit. */
function encodeArc(arc: number): readonly number[] {
  const octets = [arc & 0x7f];
  for (let left = arc >>> 7; left > 0; left >>>= 7) octets.unshift(0x80 | (left & 0x7f));
  return octets;
}

function splitArcs(contents: Bytes): readonly Bytes[] {
  const arcs: Bytes[] = [];
  let start = 0;
  for (const [index, octet] of contents.entries()) {
    if (octet >= 0x80) continue;
    arcs.push(contents.subarray(start, index + 1));
    start = index + 1;
  }
  return arcs;
}
