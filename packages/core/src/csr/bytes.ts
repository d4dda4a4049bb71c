// Byte conversions for the CSR module, without node built-ins: hex, base64, comparison.

/** Bytes with a plain ArrayBuffer behind them, which is what Web Crypto accepts. */
export type Bytes = Uint8Array<ArrayBuffer>;

export function toHex(bytes: Bytes): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}

/** Unsigned, big-endian. Empty bytes are zero. */
export function toUnsigned(bytes: Bytes): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

export function toBase64(bytes: Bytes): string {
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
}

/** Undefined unless `text` is the one base64 spelling of its bytes: no blanks, full padding, zero spare bits. */
export function fromBase64(text: string): Bytes | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const binary = atob(text);
  // atob drops non-zero spare bits: two texts for the same bytes.
  if (btoa(binary) !== text) return undefined;
  return Uint8Array.from(binary, character => character.charCodeAt(0));
}

export function sameBytes(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Lower-case hex of the SHA-256. */
export async function sha256Hex(bytes: Bytes): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
