// Records a webhook. A new one's secret is answered here and cannot be read again; `rotateSecret` makes another.
import * as z from "zod";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { type Finding, fail } from "#core/error.ts";
import type { JudgeReceiver, WebhookRegistry } from "./ports.ts";
import { deriveSecret, newSecret, writeSecret } from "./secret.ts";
import { type Webhook, webhookEventSchema } from "./webhook.ts";

export const webhookDefinitionSchema = z.strictObject({
  /** The version that this one replaces; left out for a new webhook. */
  version: z.int().min(1).optional(),
  url: z.url().max(500),
  /** `all` has to be said: it includes what later versions emit. */
  events: z.union([z.literal("all"), z.array(webhookEventSchema).min(1)]),
  note: z.string().max(200).optional(),
});

export type WebhookDefinition = z.infer<typeof webhookDefinitionSchema>;

export type PutWebhookDeps = {
  readonly registry: Pick<WebhookRegistry, "readWebhook" | "listWebhooks" | "recordWebhook">;
  readonly judgeReceiver: JudgeReceiver;
  readonly webhookKey: string;
  readonly now: () => Date;
};

/** Each event costs a message to each of them. */
export const mostWebhooks = 50;

/** Refuses with `caller.forbidden`, `request.malformed` and `resource.changed`. */
export async function putWebhook(
  deps: PutWebhookDeps,
  input: {
    readonly caller: Caller;
    readonly id: string;
    readonly definition: WebhookDefinition;
    readonly requestId: string;
  },
): Promise<{ readonly webhook: Webhook; readonly secret: string | undefined }> {
  const { caller, id, requestId } = input;
  requireScope(caller, "revocations:approve");
  const { version: replaced = 0, events, ...target } = input.definition;
  const current = await deps.registry.readWebhook(id);
  if ((current?.version ?? 0) !== replaced) fail("resource.changed", { version: current?.version ?? 0 });
  await checkReceiver(deps, target.url);
  if (current === undefined) await checkRoom(deps);
  const now = deps.now();
  const webhook: Webhook = {
    ...target,
    id,
    events: events === "all" ? events : [...new Set(events)],
    secrets: current?.secrets ?? [newSecret(now)],
    version: replaced + 1,
    changedAt: now,
    changedBy: actorOf(caller),
    health: { failuresInARow: 0 },
  };
  const inTheWay = await deps.registry.recordWebhook(webhook, {
    subject: `webhook:${id}`,
    action: "webhook.recorded",
    actor: actorOf(caller),
    requestId,
    at: now,
    facts: { url: webhook.url, events: String(webhook.events), version: String(webhook.version) },
  });
  if (inTheWay !== undefined) fail("resource.changed", { version: inTheWay });
  return { webhook, secret: current === undefined ? await secretOf(deps, webhook) : undefined };
}

/** The newest secret, as it is shown once. */
export async function secretOf(
  { webhookKey }: Pick<PutWebhookDeps, "webhookKey">,
  { id, secrets: [newest] }: Webhook,
): Promise<string | undefined> {
  return newest === undefined ? undefined : writeSecret(await deriveSecret(webhookKey, id, newest.id));
}

async function checkReceiver({ judgeReceiver }: PutWebhookDeps, url: string): Promise<void> {
  const refusal = await judgeReceiver(url);
  if (refusal !== undefined) refuse({ code: "webhook.receiver", detail: refusal, pointer: "/url" });
}

async function checkRoom({ registry }: PutWebhookDeps): Promise<void> {
  if ((await registry.listWebhooks()).length < mostWebhooks) return;
  refuse({ code: "webhook.limit", detail: `there are ${mostWebhooks} webhooks already`, pointer: "" });
}

function refuse(finding: Finding): never {
  return fail("request.malformed", { findings: [finding] });
}
