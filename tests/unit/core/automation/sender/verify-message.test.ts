// A posted finding is taken from whoever holds an active secret, while it is fresh, and from nobody else.
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  createSender,
  type NewSecret,
  removeSender,
  rotateSenderSecret,
  type SenderDeps,
} from "#core/automation/sender/put-sender.ts";
import type { Sender } from "#core/automation/sender/sender.ts";
import { replayWindowSeconds, verifyMessage } from "#core/automation/sender/verify-message.ts";
import type { Caller } from "#core/caller.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";

const ada: Caller = { kind: "operator", subject: "ada", scopes: ["revocations:approve"] };
const body = new TextEncoder().encode('{"version":"1"}');

function aWorld() {
  const senders = new Map<string, Sender>();
  const clock = { now: noon };
  const deps: SenderDeps = {
    senders: {
      readSender: async id => senders.get(id),
      listSenders: async () => [...senders.values()],
      recordSender: async sender => {
        const known = senders.get(sender.id)?.version ?? 0;
        if (known !== sender.version - 1) return known;
        senders.set(sender.id, sender);
        return undefined;
      },
      deleteSender: async (id, version) => {
        const known = senders.get(id)?.version ?? 0;
        if (known !== version) return known;
        senders.delete(id);
        return undefined;
      },
    },
    webhookKey: "k".repeat(32),
    now: () => clock.now,
  };
  const change = { caller: ada, id: "soc", requestId: "r" };
  return {
    clock,
    create: () => createSender(deps, { ...change, note: undefined }),
    rotate: (oldEndsInSeconds: number) => rotateSenderSecret(deps, { ...change, oldEndsInSeconds }),
    remove: () => removeSender(deps, change),
    verify: (headers: Parameters<typeof verifyMessage>[1], bytes: Uint8Array = body) =>
      verifyMessage(
        { findSender: async id => senders.get(id), webhookKey: deps.webhookKey, now: () => clock.now },
        headers,
        bytes,
      ),
  };
}

/** As any sender with a library for Standard Webhooks signs. */
function sign({ secret, keyId }: Pick<NewSecret, "secret" | "keyId">, at = noon, messageId = "msg_1") {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const mac = createHmac("sha256", key).update(`${messageId}.${timestamp}.`).update(body).digest("base64");
  return { keyId, messageId, timestamp, signature: `v1,${mac}` };
}

const refused = { code: "caller.unauthenticated" };

describe("a signed message", () => {
  it("is its sender's, with the id that makes it one of a kind", async () => {
    const { create, verify } = aWorld();
    expect(await verify(sign(await create()))).toEqual({ sender: "soc", messageId: "msg_1", sentAt: noon });
  });

  it.each([
    [-replayWindowSeconds, true],
    [-replayWindowSeconds - 1, false],
    [replayWindowSeconds, true],
    [replayWindowSeconds + 1, false],
  ])("dated %i seconds from now is taken: %s", async (seconds, taken) => {
    const { create, verify } = aWorld();
    const verdict = verify(sign(await create(), fromNoon(seconds * 1_000)));
    if (taken) await expect(verdict).resolves.toMatchObject({ sender: "soc" });
    else await expect(verdict).rejects.toMatchObject(refused);
  });

  it("may bear several signatures, one of which is right", async () => {
    const { create, verify } = aWorld();
    const right = sign(await create());
    const wrong = `v1,${Buffer.alloc(32).toString("base64")}`;
    await expect(verify({ ...right, signature: `${wrong} ${right.signature}` })).resolves.toBeDefined();
    await expect(verify({ ...right, signature: wrong })).rejects.toMatchObject(refused);
  });

  it("changed anywhere is nobody's", async () => {
    const { create, verify } = aWorld();
    const right = sign(await create());
    const [, mac = ""] = right.signature.split(",");
    for (const changed of [
      { ...right, messageId: "msg_2" },
      { ...right, timestamp: String(Number(right.timestamp) + 1) },
      { ...right, signature: `v1,${mac.slice(0, -2)}A=` },
      { ...right, signature: `v2,${mac}` },
      { ...right, signature: undefined },
      { ...right, keyId: undefined },
      { ...right, keyId: right.keyId.replace("soc", "sob") },
      { ...right, keyId: `soc.${"0".repeat(32)}` },
      { ...right, messageId: "msg.1" },
      { ...right, timestamp: "tomorrow" },
    ]) {
      await expect(verify(changed)).rejects.toMatchObject(refused);
    }
    const other = new TextEncoder().encode('{"version":"1" }');
    await expect(verify(right, other)).rejects.toMatchObject(refused);
  });

  it("of a sender that there is not is refused in the same words", async () => {
    const { create, verify } = aWorld();
    const right = sign(await create());
    const unknown = await verify({ ...right, keyId: right.keyId.replace("soc", "cos") }).catch(
      error => error,
    );
    const forged = await verify({ ...right, signature: "v1," }).catch(error => error);
    expect(unknown.data).toEqual(forged.data);
  });
});

describe("a secret", () => {
  it("counts beside the new one until it ends", async () => {
    const { create, rotate, verify, clock } = aWorld();
    const old = await create();
    const fresh = await rotate(60);
    expect(fresh.secret).not.toBe(old.secret);
    await expect(verify(sign(old))).resolves.toBeDefined();
    await expect(verify(sign(fresh))).resolves.toBeDefined();
    clock.now = fromNoon(60_000);
    await expect(verify(sign(old, clock.now))).rejects.toMatchObject(refused);
    await expect(verify(sign(fresh, clock.now))).resolves.toBeDefined();
  });

  it("that others know ends at once, and with a removal all end", async () => {
    const { create, rotate, remove, verify } = aWorld();
    const old = await create();
    const fresh = await rotate(0);
    await expect(verify(sign(old))).rejects.toMatchObject(refused);
    await remove();
    await expect(verify(sign(fresh))).rejects.toMatchObject(refused);
  });

  it("is not the one that an earlier sender of the same name had", async () => {
    const { create, remove, verify } = aWorld();
    const old = await create();
    await remove();
    const fresh = await create();
    expect(fresh.secret).not.toBe(old.secret);
    await expect(verify(sign(old))).rejects.toMatchObject(refused);
  });

  it("is given once: a sender that is there is not made again", async () => {
    const { create } = aWorld();
    await create();
    await expect(create()).rejects.toMatchObject({ code: "resource.changed", data: { version: 1 } });
  });
});
