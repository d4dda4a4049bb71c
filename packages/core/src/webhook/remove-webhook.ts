// Removes a webhook. What is on its way to it is dropped when its turn comes.
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import type { WebhookRegistry } from "./ports.ts";
import type { Webhook } from "./webhook.ts";

export type RemoveWebhookDeps = {
  readonly registry: Pick<WebhookRegistry, "readWebhook" | "removeWebhook">;
  readonly now: () => Date;
};

/** Answers what was removed. Refuses with `resource.not_found` and `resource.changed`. */
export async function removeWebhook(
  { registry, now }: RemoveWebhookDeps,
  { caller, id, requestId }: { readonly caller: Caller; readonly id: string; readonly requestId: string },
): Promise<Webhook> {
  requireScope(caller, "revocations:approve");
  const webhook = await registry.readWebhook(id);
  if (webhook === undefined) fail("resource.not_found", { kind: "webhook" });
  const inTheWay = await registry.removeWebhook(webhook, {
    subject: `webhook:${id}`,
    action: "webhook.removed",
    actor: actorOf(caller),
    requestId,
    at: now(),
    facts: { url: webhook.url, version: String(webhook.version) },
  });
  if (inTheWay !== undefined) fail("resource.changed", { version: inTheWay });
  return webhook;
}
