// A sender of signed findings, and the secrets that it signs with. No secret is stored: see `core/webhook/secret.ts`.
import type { AuditRecord } from "#core/audit.ts";
import { deriveSecret } from "#core/webhook/secret.ts";
import type { WebhookSecret } from "#core/webhook/webhook.ts";

export type Sender = {
  readonly id: string;
  readonly note?: string;
  /** Newest first; one, or two while the older one ends. */
  readonly secrets: readonly WebhookSecret[];
  /** Counts from 1; every change expects the one before. */
  readonly version: number;
  readonly changedAt: Date;
  readonly changedBy: string;
};

export type SenderRegistry = {
  /** Strongly consistent. */
  readonly readSender: (id: string) => Promise<Sender | undefined>;
  /** All of them, by id. */
  readonly listSenders: () => Promise<readonly Sender[]>;
  /** Expects the version before the sender's own; undefined when written, or else the version there is. */
  readonly recordSender: (sender: Sender, audit: AuditRecord) => Promise<number | undefined>;
  /** Expects `version`; undefined when gone, or else the version there is. */
  readonly deleteSender: (id: string, version: number, audit: AuditRecord) => Promise<number | undefined>;
};

/** 32 bytes. No webhook's id holds a colon, so no secret is one of theirs. */
export function senderSecret(key: string, senderId: string, secretId: string): Promise<Uint8Array> {
  return deriveSecret(key, `sender:${senderId}`, secretId);
}

/** What the sender says which secret it signs with: the two parts of `webhook-key-id`. */
export function keyIdOf(senderId: string, secretId: string): string {
  return `${senderId}.${secretId}`;
}
