// Distinguished Encoding Rules (ITU-T X.690), as far as a certificate needs them.
// Subjects, keys and extensions of a request go into the certificate byte for byte, which a parse and re-encode
// through an object model does not promise: hence this writer and reader of raw elements.

export type Element = {
  readonly tag: number;
  /** The value octets. */
  readonly content: Buffer;
  /** Tag, length and value octets. */
  readonly raw: Buffer;
};

const LONG_FORM = 0x80;

/** One element; `parts` are concatenated into its value. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < LONG_FORM) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const hex = content.length.toString(16);
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return Buffer.concat([Buffer.from([tag, LONG_FORM | length.length]), length, content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(0x30, ...parts);
export const setOf = (...parts: readonly Uint8Array[]): Buffer => element(0x31, ...parts);
export const octetString = (content: Uint8Array): Buffer => element(0x04, content);
export const nullValue = (): Buffer => element(0x05);
export const trueValue = (): Buffer => element(0x01, Buffer.from([0xff]));
export const utf8String = (text: string): Buffer => element(0x0c, Buffer.from(text, "utf8"));
export const printableString = (text: string): Buffer => element(0x13, Buffer.from(text, "latin1"));
export const ia5String = (text: string): Buffer => element(0x16, Buffer.from(text, "latin1"));
/** Context-specific and primitive, such as the [6] of a URI in a GeneralName. */
export const contextPrimitive = (number: number, content: Uint8Array): Buffer =>
  element(0x80 | number, content);
/** Context-specific and constructed. */
export const context = (number: number, ...parts: readonly Uint8Array[]): Buffer =>
  element(0xa0 | number, ...parts);

export function bitString(content: Uint8Array, unusedBits = 0): Buffer {
  return element(0x03, Buffer.from([unusedBits]), content);
}

/** An unsigned integer from big-endian octets: shortest form, with the zero octet that a set top bit asks for. */
export function unsignedInteger(octets: Uint8Array): Buffer {
  const first = octets.findIndex(octet => octet !== 0);
  const shortest = first === -1 ? Buffer.from([0]) : Buffer.from(octets.subarray(first));
  return (shortest[0] ?? 0) >= 0x80 ? element(0x02, Buffer.from([0]), shortest) : element(0x02, shortest);
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0n, second = 0n, ...rest] = dotted.split(".").map(BigInt);
  return element(0x06, ...[first * 40n + second, ...rest].map(base128));
}

function base128(value: bigint): Buffer {
  const octets = [Number(value & 0x7fn)];
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80);
  return Buffer.from(octets);
}

/** UTCTime to 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5). Sub-second parts are cut off. */
export function time(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replace(/[-:T]/g, "");
  const year = date.getUTCFullYear();
  const utc = year >= 1950 && year < 2050;
  return element(utc ? 0x17 : 0x18, Buffer.from(utc ? digits.slice(2) : digits, "latin1"));
}

/** Reads the one element that fills `bytes`. Throws RangeError on anything else, trailing octets included. */
export function readElement(bytes: Uint8Array): Element {
  const [only, second] = readAll(bytes);
  if (only === undefined || second !== undefined) throw new RangeError("expected exactly one element");
  return only;
}

/** Reads the elements that fill `bytes`, such as the content of a SEQUENCE. Throws RangeError when they do not. */
export function readAll(bytes: Uint8Array): readonly Element[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Element[] = [];
  for (let start = 0; start < buffer.length; ) {
    const tag = buffer.readUInt8(start);
    const short = buffer.readUInt8(start + 1);
    const lengthOctets = short < LONG_FORM ? 0 : short - LONG_FORM;
    // Indefinite lengths (0x80) are BER, and no length here comes near 2^32.
    if (short === LONG_FORM || lengthOctets > 4) throw new RangeError("not a DER length");
    const length = lengthOctets === 0 ? short : buffer.readUIntBE(start + 2, lengthOctets);
    const from = start + 2 + lengthOctets;
    if (from + length > buffer.length) throw new RangeError("element is longer than its container");
    elements.push({
      tag,
      content: buffer.subarray(from, from + length),
      raw: buffer.subarray(start, from + length),
    });
    start = from + length;
  }
  return elements;
}

/** Dotted text of an OBJECT IDENTIFIER's value octets. */
export function readObjectIdentifier(content: Uint8Array): string {
  const arcs: bigint[] = [];
  let value = 0n;
  for (const octet of content) {
    value = (value << 7n) | BigInt(octet & 0x7f);
    if ((octet & 0x80) !== 0) continue;
    arcs.push(value);
    value = 0n;
  }
  const [head = 0n, ...rest] = arcs;
  const first = head < 40n ? 0n : head < 80n ? 1n : 2n;
  return [first, head - first * 40n, ...rest].join(".");
}
