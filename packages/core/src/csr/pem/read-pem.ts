// Finds the blocks in a posted text. It judges nothing: the rules do. It is linear in the size of the text.

import { type Bytes, fromBase64 } from "../bytes.ts";
import type { CsrLimits } from "../limits.ts";

export type PemText = {
  readonly text: string;
  /** Of the text in UTF-8. */
  readonly sizeBytes: number;
  readonly limits: CsrLimits;
  /** Larger than the limit: the text was measured and not looked into. */
  readonly tooLarge: boolean;
  /** The label of every BEGIN line, in order; none of a text that is too large. */
  readonly labels: readonly string[];
  /** The block, when there is exactly one and it ends with its own label. */
  readonly block: PemBlock | undefined;
};

export type PemBlock = {
  readonly label: string;
  /** Text before and after the block. */
  readonly outside: string;
  /** Undefined when the body is not strict base64 lines. */
  readonly bytes: Bytes | undefined;
};

export function readPem(text: string, limits: CsrLimits): PemText {
  const sizeBytes = new TextEncoder().encode(text).length;
  const tooLarge = sizeBytes > limits.pemBytes;
  const begins = tooLarge ? [] : [...text.matchAll(/-----BEGIN ([^\r\n-]{0,64})-----/g)];
  const labels = begins.map(begin => begin[1] ?? "");
  const [label, ...more] = labels;
  const block = label === undefined || more.length > 0 ? undefined : readBlock(text, label);
  return { text, sizeBytes, limits, tooLarge, labels, block };
}

function readBlock(text: string, label: string): PemBlock | undefined {
  const begin = `-----BEGIN ${label}-----`;
  const beginAt = text.indexOf(begin);
  const bodyAt = beginAt + begin.length;
  const end = `-----END ${label}-----`;
  const endAt = text.indexOf(end, bodyAt);
  if (endAt === -1) return undefined;
  const outside = text.slice(0, beginAt) + text.slice(endAt + end.length);
  return { label, outside, bytes: decodeBody(text.slice(bodyAt, endAt)) };
}

/** RFC 7468 §3's strict form, but with lines of any length: factories post the body on one line. */
function decodeBody(body: string): Bytes | undefined {
  if (!/^\r?\n(?:[A-Za-z0-9+/=]+\r?\n)+$/.test(body)) return undefined;
  return fromBase64(body.replaceAll(/[\r\n]/g, ""));
}
