// Gives a webhook a new secret. Both sign until the old one ends, so that the receiver can change over in between.
import * as z from "zod";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import type { WebhookRegistry } from "./ports.ts";
import { secretOf } from "./put-webhook.ts";
import { newSecret } from "./secret.ts";
import type { Webhook, WebhookSecret } from "./webhook.ts";

export const rotateSecretSchema = z.strictObject({
  /** 0 for a secret that others know: it signs nothing from now on. */
  oldEndsInSeconds: z.int().min(0).max(604_800).default(86_400),
});

export type RotateSecretDeps = {
  readonly registry: Pick<WebhookRegistry, "readWebhook" | "recordWebhook">;
  readonly webhookKey: string;
  readonly now: () => Date;
};

/** A secret that was about to end ends at once. Refuses with `resource.not_found` and `resource.changed`. */
export async function rotateSecret(
  deps: RotateSecretDeps,
  input: {
    readonly caller: Caller;
    readonly id: string;
    readonly oldEndsInSeconds: number;
    readonly requestId: string;
  },
): Promise<{ readonly webhook: Webhook; readonly secret: string | undefined }> {
  const { caller, id, oldEndsInSeconds, requestId } = input;
  requireScope(caller, "revocations:approve");
  const current = await deps.registry.readWebhook(id);
  if (current === undefined) fail("resource.not_found", { kind: "webhook" });
  const now = deps.now();
  const secret = newSecret(now);
  const webhook: Webhook = {
    ...current,
    secrets: [secret, ...ending(current, now, oldEndsInSeconds)],
    version: current.version + 1,
    changedAt: now,
    changedBy: actorOf(caller),
  };
  const inTheWay = await deps.registry.recordWebhook(webhook, {
    subject: `webhook:${id}`,
    action: "webhook.secret_rotated",
    actor: actorOf(caller),
    requestId,
    at: now,
    facts: { secret: secret.id, oldEndsInSeconds: String(oldEndsInSeconds) },
  });
  if (inTheWay !== undefined) fail("resource.changed", { version: inTheWay });
  return { webhook, secret: await secretOf(deps, webhook) };
}

function ending({ secrets: [newest] }: Webhook, now: Date, inSeconds: number): readonly WebhookSecret[] {
  if (newest === undefined || inSeconds === 0) return [];
  return [{ ...newest, endsAt: new Date(now.getTime() + inSeconds * 1_000) }];
}
