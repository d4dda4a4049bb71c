// Writes DER, and on purpose also what DER forbids: every function takes raw parts and checks nothing.

export type Bytes = Uint8Array<ArrayBuffer>;

export function bytes(...octets: readonly number[]): Bytes {
  return Uint8Array.from(octets);
}

export function fromHex(hex: string): Bytes {
  return Uint8Array.from(hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16));
}

export function concat(...parts: readonly Bytes[]): Bytes {
  return Uint8Array.from(parts.flatMap(part => [...part]));
}

/** One element with a minimal length. */
export function element(identifier: number, ...contents: readonly Bytes[]): Bytes {
  const body = concat(...contents);
  return concat(bytes(identifier, ...lengthOctets(body.length)), body);
}

export function sequence(...members: readonly Bytes[]): Bytes {
  return element(0x30, ...members);
}

export function set(...members: readonly Bytes[]): Bytes {
  return element(0x31, ...members);
}

/** Constructed `[n]`. */
export function context(n: number, ...members: readonly Bytes[]): Bytes {
  return element(0xa0 | n, ...members);
}

/** Primitive `[n]`. */
export function contextString(n: number, contents: Bytes | string): Bytes {
  return element(0x80 | n, typeof contents === "string" ? utf8(contents) : contents);
}

export function integer(value: bigint): Bytes {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return element(0x02, fromHex(Number.parseInt(even.slice(0, 2), 16) >= 0x80 ? `00${even}` : even));
}

export function boolean(octet: number): Bytes {
  return element(0x01, bytes(octet));
}

export function nothing(): Bytes {
  return element(0x05);
}

export function octetString(contents: Bytes): Bytes {
  return element(0x04, contents);
}

export function bitString(contents: Bytes, unusedBits = 0): Bytes {
  return element(0x03, bytes(unusedBits), contents);
}

export function oid(dotted: string): Bytes {
  const [root = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return element(0x06, ...[root * 40 + second, ...rest].map(arc));
}

function arc(value: number): Bytes {
  const octets = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
    octets.unshift((left % 128) | 0x80);
  return bytes(...octets);
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

export function utf8String(text: string): Bytes {
  return element(0x0c, utf8(text));
}

export function printableString(text: string): Bytes {
  return element(0x13, utf8(text));
}

export function ia5String(text: string): Bytes {
  return element(0x16, utf8(text));
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  return [0x80 | octets.length, ...octets];
}
