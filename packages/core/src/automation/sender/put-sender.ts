// Lets somebody send findings, gives a sender another secret, and takes the right away again.
import * as z from "zod";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { automationIdSchema } from "#core/name.ts";
import { newSecret, writeSecret } from "#core/webhook/secret.ts";
import type { WebhookSecret } from "#core/webhook/webhook.ts";
import { keyIdOf, type Sender, type SenderRegistry, senderSecret } from "./sender.ts";

export const senderDefinitionSchema = z.strictObject({
  /** For people: who it is, and whom to call. */
  note: z.string().max(500).optional(),
});

export const rotateSenderSecretSchema = z.strictObject({
  /** 0 for a secret that others know: nothing signed with it is taken from now on. */
  oldEndsInSeconds: z.int().min(0).max(604_800).default(86_400),
});

export type SenderDeps = {
  readonly senders: SenderRegistry;
  readonly webhookKey: string;
  readonly now: () => Date;
};

type Change = { readonly caller: Caller; readonly id: string; readonly requestId: string };

/** `secret` and the key id that goes with it are shown this once. */
export type NewSecret = { readonly sender: Sender; readonly secret: string; readonly keyId: string };

/** Refuses with `caller.forbidden`, `request.malformed` for the id, and `resource.changed` for one that is there. */
export async function createSender(
  deps: SenderDeps,
  { caller, id, requestId, note }: Change & { readonly note: string | undefined },
): Promise<NewSecret> {
  requireScope(caller, "revocations:approve");
  const name = automationIdSchema.safeParse(id);
  if (!name.success) {
    const detail = name.error.issues[0]?.message ?? "";
    return fail("request.malformed", { findings: [{ code: "sender.id", detail, pointer: "" }] });
  }
  const now = deps.now();
  const sender: Sender = {
    id: name.data,
    ...(note === undefined ? {} : { note }),
    secrets: [newSecret(now)],
    version: 1,
    changedAt: now,
    changedBy: actorOf(caller),
  };
  return record(deps, sender, requestId, "sender.created");
}

/** One that was about to end ends at once. Refuses with `resource.not_found` and `resource.changed`. */
export async function rotateSenderSecret(
  deps: SenderDeps,
  { caller, id, requestId, oldEndsInSeconds }: Change & { readonly oldEndsInSeconds: number },
): Promise<NewSecret> {
  requireScope(caller, "revocations:approve");
  const current = await deps.senders.readSender(id);
  if (current === undefined) return fail("resource.not_found", { kind: "sender" });
  const now = deps.now();
  const [newest] = current.secrets;
  const endsAt = new Date(now.getTime() + oldEndsInSeconds * 1_000);
  const ending: readonly WebhookSecret[] =
    newest === undefined || oldEndsInSeconds === 0 ? [] : [{ ...newest, endsAt }];
  const sender: Sender = {
    ...current,
    secrets: [newSecret(now), ...ending],
    version: current.version + 1,
    changedAt: now,
    changedBy: actorOf(caller),
  };
  return record(deps, sender, requestId, "sender.secret_rotated");
}

/** Nothing that it signs is taken any more. Refuses with `resource.not_found` and `resource.changed`. */
export async function removeSender(deps: SenderDeps, { caller, id, requestId }: Change): Promise<Sender> {
  requireScope(caller, "revocations:approve");
  const current = await deps.senders.readSender(id);
  if (current === undefined) return fail("resource.not_found", { kind: "sender" });
  const { version } = current;
  const facts = { version: String(version) };
  const inTheWay = await deps.senders.deleteSender(id, version, {
    subject: `sender:${id}`,
    action: "sender.removed",
    actor: actorOf(caller),
    requestId,
    at: deps.now(),
    facts,
  });
  if (inTheWay !== undefined) fail("resource.changed", { version: inTheWay });
  return current;
}

async function record(
  deps: SenderDeps,
  sender: Sender,
  requestId: string,
  action: "sender.created" | "sender.secret_rotated",
): Promise<NewSecret> {
  const [newest] = sender.secrets;
  if (newest === undefined) throw new Error("a sender has a secret");
  const inTheWay = await deps.senders.recordSender(sender, {
    subject: `sender:${sender.id}`,
    action,
    actor: sender.changedBy,
    requestId,
    at: sender.changedAt,
    facts: { version: String(sender.version), secret: newest.id },
  });
  if (inTheWay !== undefined) fail("resource.changed", { version: inTheWay });
  const secret = writeSecret(await senderSecret(deps.webhookKey, sender.id, newest.id));
  return { sender, secret, keyId: keyIdOf(sender.id, newest.id) };
}
