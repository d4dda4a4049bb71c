// SHA-256 as lower-case hex, on Web Crypto so that core needs no node built-in.

export async function sha256Hex(data: Uint8Array | string): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  // The copy narrows the buffer type: Web Crypto takes no SharedArrayBuffer.
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))));
}

/** Hashes fields unambiguously: each is length-prefixed, so no two lists run together. */
export function sha256Fields(...fields: readonly string[]): Promise<string> {
  return sha256Hex(fields.map(field => `${field.length}:${field}`).join(""));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}
