// Webhooks on the real table: versions that stand in each other's way, health that only the first of a crowd changes, and
// dead letters that are recorded once.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoDeliveryRegistry, dynamoWebhookRegistry } from "#aws/registry/webhook-registry.ts";
import type { AuditAction, AuditRecord } from "#core/audit.ts";
import type { Webhook } from "#core/webhook/webhook.ts";
import { aWebhook } from "#support/a-webhook.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { rowsOf, startTestRegistry, type TestRegistry } from "#support/registry-table.ts";

let registry: TestRegistry;
let table: RegistryTable;
beforeAll(async () => {
  registry = await startTestRegistry();
});
beforeEach(async () => {
  table = await registry.table();
});
afterAll(() => registry?.stop());

let audits = 0;
function anAudit(action: AuditAction): AuditRecord {
  audits += 1;
  return {
    subject: "webhook:siem",
    action,
    actor: "operator:ada",
    requestId: `r${audits}`,
    at: noon,
    facts: {},
  };
}
const webhooks = () => dynamoWebhookRegistry(table);
const deliveries = () => dynamoDeliveryRegistry(table);
const record = (webhook: Webhook) => webhooks().recordWebhook(webhook, anAudit("webhook.recorded"));

async function recorded(parts: Partial<Webhook> = {}): Promise<Webhook> {
  const webhook = aWebhook(parts);
  expect(await record(webhook)).toBeUndefined();
  return webhook;
}

describe("a webhook", () => {
  it("is read back as it was recorded, with everything that may be absent and without", async () => {
    const bare = await recorded({ id: "bare" });
    const full = await recorded({
      id: "full",
      events: ["Certificate Revoked"],
      note: "the pager",
      secrets: [
        { id: "new", createdAt: noon },
        { id: "old", createdAt: noon, endsAt: fromNoon(1) },
      ],
      health: {
        failuresInARow: 5,
        lastSuccessAt: noon,
        lastFailureAt: noon,
        lastFailure: "500",
        pausedUntil: noon,
      },
    });
    expect(await webhooks().readWebhook("bare")).toEqual(bare);
    expect(await webhooks().listWebhooks()).toEqual([bare, full]);
    expect(await webhooks().readWebhook("other")).toBeUndefined();
  });

  it("is recorded, replaced and removed by whoever knows its version, with an audit record each", async () => {
    const first = await recorded();
    expect(await record(first)).toBe(1);
    expect(await record({ ...first, version: 3 })).toBe(1);
    const second = { ...first, version: 2 };
    expect(await record(second)).toBeUndefined();
    expect(await webhooks().removeWebhook(first, anAudit("webhook.removed"))).toBe(2);
    expect(await webhooks().removeWebhook(second, anAudit("webhook.removed"))).toBeUndefined();
    expect(await webhooks().removeWebhook(second, anAudit("webhook.removed"))).toBe(0);
    expect(await rowsOf(table, "AUDIT#webhook:siem")).toHaveLength(3);
  });
});

describe("the health of a webhook", () => {
  const failure = { at: noon, reason: "it answered 500", pausedUntil: fromNoon(30_000) };

  it("counts tries that failed together once", async () => {
    const webhook = await recorded();
    await Promise.all(Array.from({ length: 10 }, () => deliveries().recordFailure(webhook, failure)));
    expect((await deliveries().readWebhook("siem"))?.health).toEqual({
      failuresInARow: 1,
      lastFailureAt: noon,
      lastFailure: failure.reason,
      pausedUntil: failure.pausedUntil,
    });
  });

  it("is good again after a success, which ends the pause and keeps what went wrong last", async () => {
    await deliveries().recordFailure(await recorded(), failure);
    const failing = await deliveries().readWebhook("siem");
    if (failing === undefined) throw new Error("it was recorded");
    await deliveries().recordSuccess(failing, fromNoon(1_000));
    expect((await deliveries().readWebhook("siem"))?.health).toEqual({
      failuresInARow: 0,
      lastSuccessAt: fromNoon(1_000),
      lastFailureAt: noon,
      lastFailure: failure.reason,
    });
  });

  it("is changed by no try of an earlier version, and brings no removed webhook back", async () => {
    const first = await recorded();
    await record({ ...first, version: 2 });
    await deliveries().recordFailure(first, failure);
    expect((await deliveries().readWebhook("siem"))?.health.failuresInARow).toBe(0);
    await webhooks().removeWebhook({ ...first, version: 2 }, anAudit("webhook.removed"));
    await deliveries().recordSuccess({ ...first, version: 2 }, noon);
    expect(await rowsOf(table, "WEBHOOKS")).toEqual([]);
  });
});

it("dead letters are recorded once each, listed newest first, and end after 30 days", async () => {
  const letter = (message: string, seconds: number) => ({
    webhook: "siem",
    message,
    type: "Certificate Revoked",
    timestamp: fromNoon(seconds * 1_000).toISOString(),
    data: { version: "1", nested: { list: [1, "2"] } },
    attempts: 9,
    reason: "it answered 500",
    diedAt: fromNoon(86_400_000),
  });
  const [older, newer] = [letter("msg_2", 1), letter("msg_1", 2)];
  for (const each of [older, newer, { ...older, reason: "again" }]) await deliveries().recordDeadLetter(each);
  expect(await webhooks().listDeadLetters("siem", 10)).toEqual([newer, older]);
  expect(await webhooks().listDeadLetters("siem", 1)).toEqual([newer]);
  const [row] = await rowsOf(table, "WEBHOOK#siem");
  expect(row?.["expiresAtSeconds"]).toBe(fromNoon(31 * 86_400_000).getTime() / 1_000);
});
