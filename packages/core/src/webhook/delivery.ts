// One event on its way to one receiver, and the request that carries it: the Standard Webhooks convention.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
import * as z from "zod";
import { hmacSha256, toBase64 } from "./secret.ts";

export const deliverySchema = z.object({
  webhook: z.string(),
  /** The same for each try and each duplicate of the event. */
  message: z.string(),
  type: z.string(),
  /** When it happened, ISO 8601. */
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()),
});

export type Delivery = z.infer<typeof deliverySchema>;

export function bodyOf({ type, timestamp, data }: Delivery): string {
  return JSON.stringify({ type, timestamp, data });
}

/** One signature for each secret, the newest first: a receiver takes the one that it knows. */
export async function signedHeaders(
  secrets: readonly Uint8Array[],
  message: string,
  body: string,
  at: Date,
): Promise<Readonly<Record<string, string>>> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signatures = await Promise.all(
    secrets.map(secret => hmacSha256(secret, `${message}.${timestamp}.${body}`)),
  );
  return {
    "content-type": "application/json",
    "webhook-id": message,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.map(signature => `v1,${toBase64(signature)}`).join(" "),
  };
}
