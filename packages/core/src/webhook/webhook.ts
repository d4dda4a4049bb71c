// An outgoing webhook: whose URL gets which events, the secrets that sign them, and how it has fared.
import * as z from "zod";
import { outgoingTypes } from "#core/event/outgoing.ts";

export const webhookIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,31}$/, "2 to 32 characters of a-z 0-9 -, starting with a letter");

/** What is for others; a request for a run of a job is between our own functions. */
export const webhookEventSchema = z.enum(outgoingTypes).exclude(["Job Run Requested"]);

export type WebhookEvent = z.infer<typeof webhookEventSchema>;

/** Names a secret without being it: the secret is derived from this and a key that the registry does not hold. */
export type WebhookSecret = {
  readonly id: string;
  readonly createdAt: Date;
  /** Of the one before the newest: it signs until then. */
  readonly endsAt?: Date;
};

export type WebhookHealth = {
  /** Within a minute, while everything arrives. */
  readonly lastSuccessAt?: Date;
  readonly lastFailureAt?: Date;
  readonly lastFailure?: string;
  readonly failuresInARow: number;
  /** Nothing is sent until then: a receiver that is down holds nobody up. */
  readonly pausedUntil?: Date;
};

export type Webhook = {
  readonly id: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[] | "all";
  readonly note?: string | undefined;
  /** Newest first; one, or two while the older one ends. */
  readonly secrets: readonly WebhookSecret[];
  readonly version: number;
  readonly changedAt: Date;
  readonly changedBy: string;
  readonly health: WebhookHealth;
};

export function wants({ events }: Pick<Webhook, "events">, type: string): boolean {
  return events === "all" || events.some(event => event === type);
}

/** Those that sign at `now`. */
export function activeSecrets({ secrets }: Webhook, now: Date): readonly WebhookSecret[] {
  return secrets.filter(({ endsAt }) => endsAt === undefined || now < endsAt);
}
