// Refusals, the audit and operators' profiles against DynamoDB Local: one record for each refusal, few events for many,
// and no change of a profile lost.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoAuditReader } from "#aws/registry/audit-reader.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoProfileRegistry } from "#aws/registry/profile-registry.ts";
import { dynamoRefusalRegistry } from "#aws/registry/refusal-registry.ts";
import type { AuditRecord } from "#core/audit.ts";
import { enrolmentRefused } from "#core/event/outgoing.ts";
import type { RecordedProfile } from "#core/profile/ports.ts";
import { profiles } from "#core/profile/profile.ts";
import { fromNoon, minuteMs, noon } from "#support/fixed-time.ts";
import { rowsOf, startTestRegistry, type TestRegistry } from "#support/registry-table.ts";

let engine: TestRegistry;
let table: RegistryTable;

beforeAll(async () => {
  engine = await startTestRegistry();
  table = await engine.table();
}, 30_000);
afterAll(() => engine?.stop());

const aRefusal = (tenant: string, number: number, parts: Partial<AuditRecord> = {}): AuditRecord => ({
  subject: `req_${tenant}_${number}`,
  action: "enrolment.refused",
  actor: "certificate:m1-0a",
  tenant,
  requestId: `request-${number}`,
  at: fromNoon(number),
  facts: { code: "caller.forbidden" },
  ...parts,
});

const record = (refusals: ReturnType<typeof dynamoRefusalRegistry>, audit: AuditRecord) =>
  refusals.recordRefusal(audit, enrolmentRefused(audit));

async function eventsOf(tenant: string): Promise<readonly unknown[]> {
  const shards = await Promise.all(
    Array.from({ length: 16 }, (_, shard) => rowsOf(table, `OUTBOX#${shard.toString(16)}`)),
  );
  return shards
    .flat()
    .map(({ detail }) => JSON.parse(String(detail)))
    .filter(detail => detail.tenant === tenant);
}

const recordsOf = async (tenant: string) =>
  (await dynamoAuditReader(table).ofDay(tenant, "2026-03-01", 100, undefined)).records;

describe("a flood of refusals", () => {
  it("is recorded one by one, and told once a minute for each code, by however many workers", async () => {
    const workers = [dynamoRefusalRegistry(table), dynamoRefusalRegistry(table)];
    for (let number = 0; number < 20; number += 1) {
      const worker = workers[number % 2];
      if (worker !== undefined) await record(worker, aRefusal("flood", number));
    }
    expect(await recordsOf("flood")).toHaveLength(20);
    expect(await eventsOf("flood")).toMatchObject([{ code: "caller.forbidden", subject: "req_flood_0" }]);
  });

  it("of another code, another minute or another tenant is told of its own", async () => {
    const worker = dynamoRefusalRegistry(table);
    await record(worker, aRefusal("tide", 0));
    await record(worker, aRefusal("tide", 1, { facts: { code: "claim.exhausted" } }));
    await record(worker, aRefusal("tide", minuteMs));
    await record(worker, aRefusal("ebb", 2));
    expect((await eventsOf("tide")).length).toBe(3);
    expect((await eventsOf("ebb")).length).toBe(1);
  });
});

describe("a refusal that is sent twice", () => {
  it("has one record, the first", async () => {
    for (const workers of [1, 2]) {
      const audit = aRefusal("twice", 7, { facts: { code: "caller.forbidden", reason: String(workers) } });
      await record(dynamoRefusalRegistry(table), audit);
    }
    expect(await recordsOf("twice")).toMatchObject([{ facts: { reason: "1" } }]);
  });
});

describe("the audit", () => {
  it("is read by tenant and day, newest first, each record once, and no other tenant's", async () => {
    const worker = dynamoRefusalRegistry(table);
    for (let number = 0; number < 5; number += 1) await record(worker, aRefusal("reader", number));
    await record(worker, aRefusal("reader-2", 9));
    await record(worker, aRefusal("reader", 86_400_000));
    const reader = dynamoAuditReader(table);
    const first = await reader.ofDay("reader", "2026-03-01", 3, undefined);
    const second = await reader.ofDay("reader", "2026-03-01", 3, first.next);
    const subjects = [...first.records, ...second.records].map(({ subject }) => subject);
    expect(subjects).toEqual([4, 3, 2, 1, 0].map(number => `req_reader_${number}`));
    expect([first.records.length, second.next]).toEqual([3, undefined]);
  });

  it("is read by subject, and comes back as it was written", async () => {
    const audit = aRefusal("subject", 1);
    await record(dynamoRefusalRegistry(table), audit);
    const page = await dynamoAuditReader(table).ofSubject(audit.subject, 10, undefined);
    expect(page).toEqual({ records: [audit], next: undefined });
  });

  it("shows what belongs to no tenant by itself", async () => {
    const { tenant: _, ...audit } = aRefusal("-", 3);
    await record(dynamoRefusalRegistry(table), audit);
    const { records } = await dynamoAuditReader(table).ofDay(undefined, "2026-03-01", 10, undefined);
    expect(records.map(({ subject }) => subject)).toEqual(["req_-_3"]);
  });
});

describe("a profile", () => {
  const audit = (requestId: string): AuditRecord => ({
    subject: "gateway",
    action: "profile.recorded",
    actor: "operator:ada",
    requestId,
    at: noon,
    facts: {},
  });
  const gateway = (version: number, lifetimeDays = 90): RecordedProfile => ({
    ...profiles.device,
    name: "gateway",
    lifetimeDays,
    version,
    changedAt: noon,
    changedBy: "operator:ada",
  });

  it("is recorded by one of those who change the same version, and read back as that one wrote it", async () => {
    const registry = dynamoProfileRegistry(table);
    expect(await registry.recordProfile(gateway(1), audit("first"))).toBeUndefined();
    const results = await Promise.all(
      [30, 40, 50].map(days =>
        registry.recordProfile(gateway(2, days), audit(`race-${days}`)).catch(() => "busy"),
      ),
    );
    expect(results.filter(result => result === undefined)).toHaveLength(1);
    const won = [30, 40, 50][results.indexOf(undefined)] ?? 0;
    expect(await registry.readProfile("gateway")).toEqual(gateway(2, won));
    expect(await registry.listProfiles()).toEqual([gateway(2, won)]);
  });

  it("answers the version there is to whoever expects another", async () => {
    const registry = dynamoProfileRegistry(table);
    expect(await registry.recordProfile(gateway(1), audit("late"))).toBe(2);
    expect(await registry.recordProfile({ ...gateway(2), name: "ghost" }, audit("ghost"))).toBe(0);
  });
});
