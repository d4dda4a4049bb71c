// A webhook's secrets. None is stored: each is derived from its random id in the registry and one key that only the
// functions hold that show or use secrets. Whoever reads the table, or a backup of it, can sign nothing.
import { toHex } from "#core/sha256.ts";
import type { WebhookSecret } from "./webhook.ts";

export function newSecret(now: Date): WebhookSecret {
  return { id: toHex(crypto.getRandomValues(new Uint8Array(16))), createdAt: now };
}

/** 32 bytes: HMAC-SHA256 over both ids. `key`: 32 characters at least, of high entropy. */
export async function deriveSecret(key: string, webhookId: string, secretId: string): Promise<Uint8Array> {
  if (key.length < 32) throw new Error("the webhook key has 32 characters at least");
  return hmacSha256(new TextEncoder().encode(key), `edgecert webhook ${webhookId} ${secretId}`);
}

/** As the Standard Webhooks specification writes a symmetric secret: `whsec_` and base64. */
export function writeSecret(secret: Uint8Array): string {
  return `whsec_${toBase64(secret)}`;
}

export async function hmacSha256(key: Uint8Array, text: string): Promise<Uint8Array> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  // The copy narrows the buffer type: Web Crypto takes no SharedArrayBuffer.
  const imported = await crypto.subtle.importKey("raw", new Uint8Array(key), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, new TextEncoder().encode(text)));
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
