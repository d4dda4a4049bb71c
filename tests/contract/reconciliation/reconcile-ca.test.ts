// Threat C4 and invariant I3 against a real ledger: what the CA issued and no enrolment owns is found within one cycle
// of the audit reports, refused at the edge and revoked, once, whatever dies in between.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { FauxqsServer } from "fauxqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { listFindings } from "#aws/registry/ca-finding-row.ts";
import { listOwedRevocations } from "#aws/registry/due.ts";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { AwsError } from "#local/wire/aws-json.ts";
import { aCertificate, aSlot } from "#support/records.ts";
import {
  auditOf,
  dyingTable,
  putCertificate,
  putEnrolment,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";
import { entryOf, type Issued, startReports, startWorld, type World } from "./world.ts";

let registry: TestRegistry;
let reports: FauxqsServer;
let world: World;
beforeAll(async () => {
  [registry, reports] = await Promise.all([startTestRegistry(), startReports()]);
});
afterAll(() => Promise.all([registry?.stop(), reports?.stop()]));
beforeEach(async () => {
  world = await startWorld(registry, reports);
});
afterEach(() => world.stop());

const orphanRows = (id: string) => rowsOf(world.table, `ORPHAN#${id}`);
const byId = (one: { readonly id: string }, other: { readonly id: string }) => (one.id < other.id ? -1 : 1);
const deniedRows = () => rowsOf(world.table, "PAGE#m1.0");

/** What an operator is shown. */
async function findings() {
  const page = await listFindings(world.table, "m1", 100, undefined);
  return page.findings.map(({ id, cause, state, proposal: { action } }) => ({ id, cause, state, action }));
}

/** What was told on the bus. */
async function drifts() {
  const shards = await Promise.all(
    Array.from({ length: 16 }, (_, shard) => rowsOf(world.table, `OUTBOX#${shard.toString(16)}`)),
  );
  return shards
    .flat()
    .filter(({ detailType }) => detailType === "CA Drift Detected")
    .map(({ detail }) => JSON.parse(String(detail)));
}

/** The registry's own certificate for what the CA has issued. */
const putIssued = (issued: Issued, slot: number) =>
  putCertificate(world.table, slot, { ...issued, slot: aSlot(slot) });

describe("a certificate that was issued behind the product's back", () => {
  test("is found within one cycle: its slot burnt, on record, revoked at the CA", async () => {
    const orphan = await world.issueDirectly("ec-7");
    expect(await world.run()).toMatchObject({ kind: "judged", orphans: [], young: 1 });
    expect(entryOf(world, orphan)?.revokedAt).toBeUndefined();
    world.nextCycle();
    expect(await world.run()).toMatchObject({ orphans: [orphan.id], young: 0 });
    expect(entryOf(world, orphan)).toMatchObject({
      revokedAt: world.pca.clock.now(),
      reason: "UNSPECIFIED",
    });
    expect(await deniedRows()).toMatchObject([{ sk: "DENIED#007", state: "burnt" }]);
    expect(await orphanRows(orphan.id)).toMatchObject([{ isSlotBurnt: true, serial: orphan.serial }]);
    expect(await rowsOf(world.table, `AUDIT#${orphan.id}`)).toMatchObject([
      { action: "certificate.orphaned", actor: "job:reconcile-ca" },
    ]);
  });

  test("is dealt with once: later runs find it and leave it", async () => {
    const orphan = await world.issueDirectly("ec-7");
    world.nextCycle();
    await world.run();
    const revokedAt = entryOf(world, orphan)?.revokedAt;
    expect(await world.run()).toMatchObject({ kind: "nothing_new" });
    world.nextCycle();
    expect(await world.run()).toMatchObject({ kind: "judged", orphans: [], passedOver: 1 });
    world.pca.clock.advance(24 * 3_600_000);
    expect(await world.run()).toMatchObject({ kind: "judged", orphans: [], isFullPass: true });
    expect(entryOf(world, orphan)?.revokedAt).toEqual(revokedAt);
    expect(await rowsOf(world.table, `AUDIT#${orphan.id}`)).toHaveLength(1);
  });

  test("without a slot is revoked; the edge refuses it by itself", async () => {
    const orphan = await world.issueDirectly();
    world.nextCycle();
    expect(await world.run()).toMatchObject({ orphans: [orphan.id] });
    expect(entryOf(world, orphan)?.revokedAt).toBeDefined();
    expect(await deniedRows()).toEqual([]);
  });

  test("with the slot of a good certificate is revoked, and the good one stays admitted", async () => {
    await putIssued(await world.issueDirectly("ec-7"), 7);
    const twin = await world.issueDirectly("ec-7");
    world.nextCycle();
    expect(await world.run()).toMatchObject({ orphans: [twin.id] });
    expect(entryOf(world, twin)?.revokedAt).toBeDefined();
    expect(await deniedRows()).toEqual([]);
  });

  test("and revoked at the CA by somebody else is still refused at the edge", async () => {
    const orphan = await world.issueDirectly("ec-7");
    world.nextCycle();
    world.faults.next("RevokeCertificate", { kind: "lost-reply" });
    expect(await world.run()).toMatchObject({ orphans: [], failed: [{ id: orphan.id }] });
    expect(await world.run()).toMatchObject({ orphans: [orphan.id], failed: [] });
    expect(await deniedRows()).toMatchObject([{ state: "burnt" }]);
  });

  test("waits for the next run when the CA takes no revocation now", async () => {
    const orphan = await world.issueDirectly("ec-7");
    world.nextCycle();
    world.faults.next("RevokeCertificate", {
      kind: "error",
      error: new AwsError("ThrottlingException", "Rate exceeded"),
    });
    expect(await world.run()).toMatchObject({ orphans: [], failed: [{ id: orphan.id }] });
    expect(await deniedRows()).toMatchObject([{ state: "burnt" }]);
    world.nextCycle();
    expect(await world.run()).toMatchObject({ orphans: [orphan.id] });
    expect(await rowsOf(world.table, `AUDIT#${orphan.id}`)).toHaveLength(1);
  });
});

describe("what somebody owns is left alone", () => {
  test("the registry's certificates and the root's own", async () => {
    const good = await world.issueDirectly("ec-1");
    await putIssued(good, 1);
    world.nextCycle();
    expect(await world.run()).toMatchObject({ entries: 1, orphans: [], young: 0 });
    expect(world.pca.server.ledger().every(({ revokedAt }) => revokedAt === undefined)).toBe(true);
  });

  test("the certificate of an open enrolment, until the enrolment has failed", async () => {
    const lost = await world.issueDirectly("ec-7");
    const enrolmentId = `enr_${"7".repeat(32)}`;
    const enrolment = await putEnrolment(world.table, aCertificate({ slot: aSlot(7), enrolmentId }));
    world.nextCycle();
    expect(await world.run()).toMatchObject({ orphans: [], claimed: 1 });
    expect(entryOf(world, lost)?.revokedAt).toBeUndefined();
    const audit = auditOf(enrolment.id, "enrolment.accepted", "failed");
    await dynamoEnrolmentRegistry(world.table).recordFailed(enrolment, audit, false);
    world.nextCycle();
    expect(await world.run()).toMatchObject({ orphans: [lost.id], claimed: 0 });
  });

  test("a certificate that the registry has got since the report was read", async () => {
    const late = await world.issueDirectly("ec-7");
    world.nextCycle();
    const first = await world.run({ mostOrphans: 0 });
    expect(first).toMatchObject({ braked: 1 });
    await putIssued(late, 7);
    expect(await world.run()).toMatchObject({ orphans: [], braked: 0 });
    expect(entryOf(world, late)?.revokedAt).toBeUndefined();
  });
});

test("more orphans than the brake lets through are all left, until somebody widens it", async () => {
  const orphans: Issued[] = [];
  for (let slot = 0; slot < 4; slot += 1) orphans.push(await world.issueDirectly(`ec-${slot}`));
  world.nextCycle();
  expect(await world.run({ mostOrphans: 3 })).toMatchObject({ orphans: [], braked: 4 });
  expect(orphans.some(orphan => entryOf(world, orphan)?.revokedAt !== undefined)).toBe(false);
  const named = (state: string, action: string) =>
    orphans.map(({ id }) => ({ id, cause: "unknown_certificate", state, action })).sort(byId);
  expect(await findings()).toEqual(named("open", "inspect"));
  expect(await world.run({ mostOrphans: 4 })).toMatchObject({ braked: 0 });
  expect(await findings()).toEqual(named("settled", "none"));
  expect(await drifts()).toMatchObject([{ authority: "m1", cause: "unknown_certificate", count: 4 }]);
  expect(orphans.every(orphan => entryOf(world, orphan)?.revokedAt !== undefined)).toBe(true);
});

const deaths = [1, 2, 3, 4, 5].flatMap(nth =>
  (["before", "after"] as const).map(when => ({ nth, when, name: `${when} its write ${nth}` })),
);

test.each(deaths)("a run that dies $name leaves the rest to the next one", async ({ nth, when }) => {
  const orphan = await world.issueDirectly("ec-7");
  world.nextCycle();
  const dying = dyingTable(world.table, nth, when);
  expect((await world.run({ table: dying.table })).kind).toMatch(/failed|judged/);
  expect(dying.died()).toBe(true);
  for (let run = 0; run < 2; run += 1) {
    world.nextCycle();
    await world.run();
  }
  expect(entryOf(world, orphan)?.revokedAt).toBeDefined();
  expect(await deniedRows()).toMatchObject([{ state: "burnt" }]);
  expect(await orphanRows(orphan.id)).toMatchObject([{ revokedAtCaAt: expect.any(String) }]);
  expect(await rowsOf(world.table, `AUDIT#${orphan.id}`)).toHaveLength(1);
  expect(await findings()).toEqual([
    { id: orphan.id, cause: "unknown_certificate", state: "settled", action: "none" },
  ]);
  expect(await drifts()).toHaveLength(1);
});

describe("revocations that one side does not know of", () => {
  test("one that has left the list of what the CA is owed, although the CA was not told, goes back", async () => {
    const certificate = await putIssued(await world.issueDirectly("ec-1"), 1);
    const revocation = {
      reason: "keyCompromise",
      revokedAt: world.pca.clock.now(),
      actor: "operator:ada",
    } as const;
    await dynamoRevocationRegistry(world.table).recordRevocation(
      certificate,
      revocation,
      auditOf(certificate.id, "certificate.revoked"),
    );
    await world.table.documents.send(
      new UpdateCommand({
        TableName: world.table.tableName,
        Key: { pk: `CERTIFICATE#${certificate.id}`, sk: "CERTIFICATE" },
        UpdateExpression: "REMOVE duePk, dueSk",
      }),
    );
    const later = new Date(world.pca.clock.now().getTime() + 86_400_000);
    expect(await listOwedRevocations(world.table, later)).toEqual([]);
    world.nextCycle();
    expect(await world.run()).toMatchObject({ owed: 1 });
    expect(await listOwedRevocations(world.table, later)).toMatchObject([{ id: certificate.id }]);
    const named = { id: certificate.id, cause: "revocation_missing_at_ca" };
    expect(await findings()).toEqual([{ ...named, state: "open", action: "wait" }]);
    await dynamoRevocationRegistry(world.table).recordRevokedAtCa(certificate.id, world.pca.clock.now());
    expect(await findings()).toEqual([{ ...named, state: "settled", action: "none" }]);
  });

  test("one that was made at the CA behind our back is named", async () => {
    const issued = await world.issueDirectly("ec-1");
    await putIssued(issued, 1);
    const revoked = await world.issueDirectly("ec-2");
    world.nextCycle();
    await world.run();
    await putIssued(revoked, 2);
    world.pca.clock.advance(24 * 3_600_000);
    expect(await world.run()).toMatchObject({ revokedAtCaOnly: [revoked.id], orphans: [] });
    const named = { id: revoked.id, cause: "revoked_at_ca_only" };
    expect(await findings()).toContainEqual({ ...named, state: "open", action: "revoke" });
    // It stands, and is told once: a day later it is found again.
    world.pca.clock.advance(24 * 3_600_000);
    expect(await world.run()).toMatchObject({ revokedAtCaOnly: [revoked.id] });
    expect((await drifts()).filter(({ cause }) => cause === "revoked_at_ca_only")).toMatchObject([
      { count: 1, certificates: [revoked.id] },
    ]);
  });
});

test("findings are shown page by page, each once", async () => {
  const orphans: Issued[] = [];
  for (let slot = 0; slot < 3; slot += 1) orphans.push(await world.issueDirectly(`ec-${slot}`));
  world.nextCycle();
  await world.run();
  const first = await listFindings(world.table, "m1", 2, undefined);
  const second = await listFindings(world.table, "m1", 2, first.next);
  expect([first.findings.length, second.findings.length, second.next]).toEqual([2, 1, undefined]);
  const shown = [...first.findings, ...second.findings].map(({ id }) => id);
  expect(shown).toEqual(orphans.map(({ id }) => id).sort());
});
