// The little of DER (X.690) that certificate checks need and node:crypto does not show. Refuses BER on sight.

export type DerNode = {
  readonly tag: number;
  /** Tag, length and content. */
  readonly raw: Buffer;
  readonly content: Buffer;
};

/** Thrown on anything that is not the expected DER; the certificate is then invalid. */
export class DerError extends Error {}

/** Reads exactly one node; throws DerError when octets follow it. */
export function readDer(bytes: Buffer): DerNode {
  const node = nodeAt(bytes, 0);
  if (node.raw.length !== bytes.length) throw new DerError("octets after the end");
  return node;
}

/** The nodes inside a constructed value, in order. */
export function readChildren(content: Buffer): readonly DerNode[] {
  const found: DerNode[] = [];
  for (let offset = 0; offset < content.length; ) {
    const node = nodeAt(content, offset);
    found.push(node);
    offset += node.raw.length;
  }
  return found;
}

/** The node, if it is there and carries that tag. */
export function expectTag(node: DerNode | undefined, tag: number): DerNode {
  if (node?.tag !== tag) throw new DerError(`tag ${tag} expected`);
  return node;
}

/** OBJECT IDENTIFIER content as dotted text. */
export function dottedOid(content: Buffer): string {
  const arcs: number[] = [];
  let value = 0;
  for (const octet of content) {
    value = value * 128 + (octet & 0x7f);
    if ((octet & 0x80) !== 0) continue;
    arcs.push(value);
    value = 0;
  }
  const head = arcs.shift() ?? 0;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...arcs].join(".");
}

/** UTCTime or GeneralizedTime as RFC 5280 section 4.1.2.5 restricts them: whole seconds, Z. */
export function readTime(node: DerNode | undefined): Date {
  const text = node?.content.toString("latin1") ?? "";
  const full = node?.tag === 0x17 ? `${Number(text.slice(0, 2)) < 50 ? "20" : "19"}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if ((node?.tag !== 0x17 && node?.tag !== 0x18) || parts === null) throw new DerError("time expected");
  const [, year, month, day, hour, minute, second] = parts;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time.getTime())) throw new DerError("no such time");
  return time;
}

function nodeAt(bytes: Buffer, offset: number): DerNode {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new DerError("no node");
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  // 0x80 is BER's indefinite length; more than 3 octets cannot fit a certificate.
  if (first === 0x80 || lengthOctets > 3 || offset + 2 + lengthOctets > bytes.length) {
    throw new DerError("length not DER");
  }
  const length = lengthOctets === 0 ? first : bytes.readUIntBE(offset + 2, lengthOctets);
  const start = offset + 2 + lengthOctets;
  if (start + length > bytes.length) throw new DerError("node longer than its parent");
  return { tag, raw: bytes.subarray(offset, start + length), content: bytes.subarray(start, start + length) };
}
