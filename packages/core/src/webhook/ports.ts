// What outgoing webhooks need of the outside world.
import type { AuditRecord } from "#core/audit.ts";
import type { Delivery } from "./delivery.ts";
import type { Webhook } from "./webhook.ts";

export type WebhookReader = {
  /** Strongly consistent. */
  readonly readWebhook: (id: string) => Promise<Webhook | undefined>;
};

export type WebhookRegistry = WebhookReader & {
  /** By id. They are few. */
  readonly listWebhooks: () => Promise<readonly Webhook[]>;
  /** One transaction with the audit. Expects `webhook.version - 1` (0: none); answers the version in its way. */
  readonly recordWebhook: (webhook: Webhook, audit: AuditRecord) => Promise<number | undefined>;
  /** One transaction with the audit. Expects the webhook's version; answers the version in its way. */
  readonly removeWebhook: (webhook: Webhook, audit: AuditRecord) => Promise<number | undefined>;
  /** The newest events first. */
  readonly listDeadLetters: (id: string, limit: number) => Promise<readonly DeadLetter[]>;
};

export type DeadLetter = Delivery & {
  readonly attempts: number;
  readonly reason: string;
  readonly diedAt: Date;
};

export type DeliveryRegistry = WebhookReader & {
  /** Both expect the health that `webhook` was read with: whoever is late changes nothing. */
  readonly recordSuccess: (webhook: Webhook, at: Date) => Promise<void>;
  readonly recordFailure: (
    webhook: Webhook,
    failure: { readonly at: Date; readonly reason: string; readonly pausedUntil: Date | undefined },
  ) => Promise<void>;
  /** The same delivery is recorded once. Kept for 30 days. */
  readonly recordDeadLetter: (letter: DeadLetter) => Promise<void>;
};

/** Why the URL may not be called, in words for the operator; undefined when it may. */
export type JudgeReceiver = (url: string) => Promise<string | undefined>;

/** POSTs within five seconds, follows no redirect, judges the receiver's address again. Never rejects. */
export type PostToReceiver = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<{ readonly kind: "accepted" } | { readonly kind: "failed"; readonly reason: string }>;
