// Recording, rotating and removing webhooks: who may, what is expected to be there, and when a secret is shown.
import { describe, expect, it } from "vitest";
import type { Caller } from "#core/caller.ts";
import { isAppError } from "#core/error.ts";
import { mostWebhooks, putWebhook } from "#core/webhook/put-webhook.ts";
import { removeWebhook } from "#core/webhook/remove-webhook.ts";
import { rotateSecret } from "#core/webhook/rotate-secret.ts";
import type { Webhook } from "#core/webhook/webhook.ts";
import { aWebhook } from "#support/a-webhook.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";

const caller: Caller = { kind: "operator", subject: "ada", scopes: ["revocations:approve"] };
const definition = { url: "https://siem.example.com/hook", events: "all" as const };

/** A registry that keeps versions as the real one does. */
function aWorld(webhooks: readonly Webhook[] = []) {
  const kept = new Map(webhooks.map(webhook => [webhook.id, webhook]));
  const deps = {
    registry: {
      readWebhook: async (id: string) => kept.get(id),
      listWebhooks: async () => [...kept.values()],
      recordWebhook: async (webhook: Webhook) => {
        const version = kept.get(webhook.id)?.version ?? 0;
        if (version !== webhook.version - 1) return version;
        kept.set(webhook.id, webhook);
        return undefined;
      },
      removeWebhook: async ({ id }: Webhook) => void kept.delete(id),
    },
    judgeReceiver: async (url: string) =>
      url.includes("inside") ? "its address is not a public one" : undefined,
    webhookKey: "0123456789abcdef0123456789abcdef",
    now: () => noon,
  };
  return { kept, deps };
}

const code = async (promise: Promise<unknown>) =>
  promise.then(
    () => "taken",
    error => (error as { code?: string }).code,
  );
const put = (world: ReturnType<typeof aWorld>, more: Record<string, unknown> = {}, as: Caller = caller) =>
  putWebhook(world.deps, { caller: as, id: "siem", definition: { ...definition, ...more }, requestId: "r" });
const rotate = (world: ReturnType<typeof aWorld>, oldEndsInSeconds: number) =>
  rotateSecret(world.deps, { caller, id: "siem", oldEndsInSeconds, requestId: "r" });

describe("recording a webhook", () => {
  it("shows the secret of a new one, and not of one that is replaced", async () => {
    const world = aWorld();
    const { secret } = await put(world);
    expect(secret).toMatch(/^whsec_/);
    const replaced = await put(world, { version: 1, events: ["Rotation Ended", "Rotation Ended"] });
    expect(replaced.secret).toBeUndefined();
    expect(replaced.webhook).toMatchObject({ version: 2, events: ["Rotation Ended"] });
    expect(replaced.webhook.secrets).toHaveLength(1);
  });

  it("is refused for another version, without the scope, for a receiver inside, and beyond the limit", async () => {
    const world = aWorld();
    expect(await code(put(world, { version: 1 }))).toBe("resource.changed");
    expect(await code(put(world, {}, { ...caller, scopes: ["revocations:apply"] }))).toBe("caller.forbidden");
    expect(await code(put(world, { url: "https://inside/" }))).toBe("request.malformed");
    const many = (count: number) =>
      aWorld(Array.from({ length: count }, (_, at) => aWebhook({ id: `hook-${at}` })));
    expect(await code(put(many(mostWebhooks)))).toBe("request.malformed");
    expect(await code(put(many(mostWebhooks - 1)))).toBe("taken");
  });
});

describe("rotating a secret", () => {
  it("keeps the one before until it ends, and no third", async () => {
    const world = aWorld([aWebhook()]);
    const first = await rotate(world, 3_600);
    expect(first.webhook.secrets).toMatchObject([{ createdAt: noon }, { endsAt: fromNoon(3_600_000) }]);
    const second = await rotate(world, 60);
    expect(second.webhook.secrets.map(({ id }) => id)).toEqual([
      second.webhook.secrets[0]?.id,
      first.webhook.secrets[0]?.id,
    ]);
    expect(second.secret).not.toBe(first.secret);
  });

  it("at once leaves the new one alone", async () => {
    const { webhook } = await rotate(aWorld([aWebhook()]), 0);
    expect(webhook.secrets).toHaveLength(1);
    expect(webhook.secrets[0]?.id).not.toBe(aWebhook().secrets[0]?.id);
  });

  it("keeps how the receiver has fared", async () => {
    const health = { failuresInARow: 7, pausedUntil: fromNoon(1) };
    expect((await rotate(aWorld([aWebhook({ health })]), 60)).webhook.health).toEqual(health);
  });
});

it("what is not there can be neither rotated nor removed, and removing it is for those who may record it", async () => {
  const world = aWorld();
  expect(await code(rotate(world, 0))).toBe("resource.not_found");
  const removal = (id: string, as: Caller) =>
    removeWebhook(aWorld([aWebhook()]).deps, { caller: as, id, requestId: "r" });
  expect(await code(removal("other", caller))).toBe("resource.not_found");
  expect(await code(removal("siem", { ...caller, scopes: [] }))).toBe("caller.forbidden");
  expect(await code(removal("siem", caller))).toBe("taken");
  expect(isAppError(await removal("other", caller).catch(error => error), "resource.not_found")).toBe(true);
});
