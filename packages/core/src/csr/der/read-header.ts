// Identifier and length octets, in the one form DER allows (X.690 §8.1.2, §8.1.3, §10.1).

import type { Bytes } from "../bytes.ts";
import type { Finding, FindingCode } from "../finding.ts";
import { constructedBit, universal } from "./element.ts";

export type Header =
  | {
      readonly kind: "read";
      readonly findings: readonly Finding[];
      readonly identifier: number;
      readonly contentsStart: number;
      readonly contentsEnd: number;
    }
  | { readonly kind: "unreadable"; readonly findings: readonly Finding[] };

/** Reads the header at `start`; the element must end at or before `end`. */
export function readHeader(
  bytes: Bytes,
  { start, end }: { readonly start: number; readonly end: number },
): Header {
  const identifier = bytes[start];
  const first = bytes[start + 1];
  if (identifier === undefined || first === undefined || start + 2 > end)
    return unreadable("der.truncated", `the element at offset ${start} ends inside its header`);
  if (!isReadableIdentifier(identifier))
    return unreadable("der.tag_unsupported", `the tag at offset ${start} has no place in a request`);
  if (first === 0x80)
    return unreadable("der.length_indefinite", `the element at offset ${start} has no length`);
  // No CSR has more than 2^24 bytes, so a longer length field is either padded or a lie.
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (octets > 3)
    return unreadable("der.truncated", `the length at offset ${start} is larger than the input`);

  const contentsStart = start + 2 + octets;
  const length = octets === 0 ? first : toLength(bytes.subarray(start + 2, contentsStart));
  if (contentsStart + length > end)
    return unreadable("der.truncated", `the element at offset ${start} is longer than what holds it`);
  const minimal = octets === 0 || length >= (octets === 1 ? 0x80 : 2 ** (8 * (octets - 1)));
  const findings = minimal ? [] : [finding("der.length_not_minimal", `a padded length at offset ${start}`)];
  return { kind: "read", findings, identifier, contentsStart, contentsEnd: contentsStart + length };
}

/** High tag numbers and the end-of-contents tag never occur; of the universal types only SEQUENCE and SET nest. */
function isReadableIdentifier(identifier: number): boolean {
  const tag = identifier & 0x1f;
  if (tag === 0x1f) return false;
  if (identifier >= 0x40) return true;
  const nests = tag === universal.sequence || tag === universal.set;
  return tag !== 0 && nests === ((identifier & constructedBit) !== 0);
}

function toLength(octets: Bytes): number {
  return octets.reduce((length, octet) => length * 256 + octet, 0);
}

function unreadable(code: FindingCode, detail: string): Header {
  return { kind: "unreadable", findings: [finding(code, detail)] };
}

function finding(code: FindingCode, detail: string): Finding {
  return { code, detail };
}
