// A lot is refused by an order per block, and its certificates' rows follow, whatever dies in between.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import { dynamoFollowRegistry, listFollowTasks } from "#aws/registry/follow-registry.ts";
import { dynamoLotRegistry } from "#aws/registry/lot-manifest.ts";
import { readOrders, recordOrder } from "#aws/registry/order-registry.ts";
import { readCertificate } from "#aws/registry/read-certificate.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { slotSource } from "#core/authority/slot-source.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { followOrder, settleMs } from "#core/order/follow-order.ts";
import type { Order, OrderState } from "#core/order/order.ts";
import { revokeLot } from "#core/revocation/revoke-lot.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate, aSlot } from "#support/records.ts";
import {
  auditOf,
  dyingTable,
  Killed,
  putAuthority,
  putCertificate,
  putEnrolment,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";

const pageSize = 4096;
let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

const lot = "w47";
const later = fromNoon(settleMs);

function takeFrom(table: RegistryTable) {
  const source = slotSource(
    { ...dynamoAuthorityRegistry(table), ...dynamoBlockRegistry(table) },
    {
      cacheMs: 0,
      now: () => noon,
      pause: () => new Promise(resolve => setTimeout(resolve, Math.random() * 20)),
    },
  );
  return (purpose: "enrol" | "renew" = "enrol", years = 1) =>
    source.take({ tenant: "acme", lot, purpose, validUntil: fromNoon(years * 365 * dayMs) });
}

async function announce(table: RegistryTable, size: number): Promise<void> {
  const audit = { subject: `acme/${lot}`, action: "lot.announced", actor: "operator:ada" } as const;
  await dynamoLotRegistry(table).recordAnnounced(
    { tenant: "acme", lot, size },
    { ...audit, requestId: "setup", at: noon, facts: {} },
  );
}

function report(table: RegistryTable, at = noon, requestId = "evt-1") {
  return revokeLot(
    { registry: dynamoRevocationRegistry(table), now: () => at },
    { tenant: "acme", lot, reason: "keyCompromise", note: undefined, actor: "event:soc:1", requestId },
  );
}

/** Follows what is due at `now`, as the job does. */
async function follow(table: RegistryTable, now: Date, certificates = 1_000) {
  const deps = { registry: dynamoFollowRegistry(table), now: () => now };
  const results = [];
  for (const task of await listFollowTasks(table, new Date(now.getTime() + 1)))
    results.push(await followOrder(deps, task, { certificates, mayGoOn: () => true }));
  return results;
}

async function followToTheEnd(table: RegistryTable) {
  for (let minute = 0; minute < 5; minute += 1) await follow(table, fromNoon(minute * settleMs));
  expect(await listFollowTasks(table, fromNoon(10 * settleMs))).toEqual([]);
}

async function statesOf(table: RegistryTable, certificates: readonly Certificate[]) {
  const rows = await Promise.all(certificates.map(({ id }) => readCertificate(table, id)));
  return rows.map(row => row?.state);
}

/** A lot with two blocks, the second for renewals, and certificates in both and beside them. */
async function aLot(): Promise<{
  readonly table: RegistryTable;
  readonly inLot: readonly Certificate[];
  readonly outside: readonly Certificate[];
}> {
  const table = await registry.table();
  await putAuthority(table);
  await announce(table, pageSize + 1);
  const take = takeFrom(table);
  await take();
  await take("renew");
  const inLot = [];
  for (const slot of [0, 1, 5, pageSize, 2 * pageSize - 1, 2 * pageSize, 3 * pageSize - 1])
    inLot.push(await putCertificate(table, slot, { lot }));
  const outside = [await putCertificate(table, 3 * pageSize), await putCertificate(table, 4 * pageSize)];
  return { table, inLot, outside };
}

describe("a reported lot", () => {
  test("has an order over each of its blocks, renewals included, at once", async () => {
    const { table } = await aLot();
    expect((await report(table)).orders).toHaveLength(2);
    expect(await readOrders(table, "m1", 0)).toMatchObject([
      { first: 0, last: 2 * pageSize - 1, state: "revoked", actor: "event:soc:1" },
      { first: 2 * pageSize, last: 3 * pageSize - 1, state: "revoked" },
    ]);
  });

  test("reported again is the same orders, at their first time", async () => {
    const { table } = await aLot();
    const first = await report(table);
    const again = await report(table, later, "evt-2");
    expect(again).toEqual({ orders: [], already: first.orders });
    expect((await readOrders(table, "m1", 0)).map(({ at }) => at)).toEqual([noon, noon]);
  });

  test("that does not exist is not found", async () => {
    const { table } = await aLot();
    const wrong = revokeLot(
      { registry: dynamoRevocationRegistry(table), now: () => noon },
      { tenant: "umbrella", lot, reason: "keyCompromise", note: undefined, actor: "a", requestId: "r" },
    );
    await expect(wrong).rejects.toMatchObject({ code: "resource.not_found", data: { kind: "lot" } });
    expect(await readOrders(table, "m1", 0)).toEqual([]);
  });

  test("gives no further slot", async () => {
    const { table } = await aLot();
    const take = takeFrom(table);
    await take();
    await report(table);
    await expect(take()).rejects.toMatchObject({ code: "lot.revoked" });
    await expect(takeFrom(table)("renew")).rejects.toMatchObject({ code: "lot.revoked" });
  });

  test("misses no block that workers cut while it is being reported", async () => {
    const table = await registry.table();
    await putAuthority(table);
    await takeFrom(table)();
    // Certificates of another life need another block: every call cuts one.
    const years = [2, 3, 4, 5, 6, 7];
    const cutters = years.map(life => takeFrom(table)("enrol", life).catch(() => undefined));
    const renewers = years.map(life => takeFrom(table)("renew", life).catch(() => undefined));
    const reports = Array.from({ length: 3 }, async () => {
      for (;;) {
        try {
          return await report(table);
        } catch {
          // Busy: the event is delivered again.
        }
      }
    });
    await Promise.all([...cutters, ...renewers, ...reports]);
    const blocks = (await rowsOf(table, `LOT#acme#${lot}`)).filter(({ type }) => type === "lotBlock");
    const orders = await readOrders(table, "m1", 0);
    expect(orders.map(({ first }) => Number(first)).sort()).toEqual(
      blocks.map(({ first }) => Number(first)).sort(),
    );
  });

  const deaths = [1, 2, 3].flatMap(nth => [
    { nth, when: "before" as const },
    { nth, when: "after" as const },
  ]);
  test.each(deaths)(
    "whose reporter dies $when write $nth is refused whole by the next",
    async ({ nth, when }) => {
      const { table } = await aLot();
      const dying = dyingTable(table, nth, when);
      await expect(report(dying.table)).rejects.toThrow(Killed);
      await report(table);
      expect(await readOrders(table, "m1", 0)).toHaveLength(2);
      const audits = await rowsOf(table, `AUDIT#acme/${lot}`);
      expect(audits.filter(({ action }) => action === "lot.revoked")).toHaveLength(1);
    },
  );
});

describe("an order", () => {
  const order = (state: OrderState): Order => ({
    id: "ord_1",
    authorityId: "m1",
    first: aSlot(0),
    last: aSlot(9),
    state,
    actor: "operator:ada",
    at: noon,
  });
  const cases = [
    { path: ["held"], last: "recorded" },
    { path: ["held", "held"], last: "already" },
    { path: ["held", "lifted"], last: "recorded" },
    { path: ["held", "revoked"], last: "recorded" },
    { path: ["held", "lifted", "revoked"], last: "recorded" },
    { path: ["held", "lifted", "held"], last: "already" },
    { path: ["revoked", "lifted"], last: "already" },
    { path: ["revoked", "held"], last: "already" },
    { path: ["revoked", "revoked"], last: "already" },
  ] as const;
  test.each(cases)("$path: the last is $last", async ({ path, last }) => {
    const table = await registry.table();
    let outcome: string | undefined;
    for (const [step, state] of path.entries()) {
      outcome = await recordOrder(
        table,
        order(state),
        { reason: "keyCompromise", requestId: `r${step}` },
        {
          ...auditOf("ord_1", "certificate.held", `r${step}`),
          action: "order.recorded",
        },
      );
    }
    expect(outcome).toBe(last);
    const [recorded] = await readOrders(table, "m1", 0);
    expect(recorded?.state).toBe(last === "recorded" ? path.at(-1) : path.at(-2));
    const tasks = await listFollowTasks(table, later);
    expect(tasks).toHaveLength(recorded?.state === "revoked" ? 1 : 0);
  });
});

describe("the certificates of an ordered lot", () => {
  test("are revoked, with audit, event and blocked key, and no others", async () => {
    const { table, inLot, outside } = await aLot();
    await report(table);
    await followToTheEnd(table);
    expect(await statesOf(table, inLot)).toEqual(inLot.map(() => "revoked"));
    expect(await statesOf(table, outside)).toEqual(outside.map(() => "active"));
    for (const certificate of inLot) {
      const { id, spkiSha256 } = certificate;
      expect((await readCertificate(table, id))?.revocation).toEqual({
        reason: "keyCompromise",
        revokedAt: noon,
        actor: "event:soc:1",
      });
      expect((await rowsOf(table, `AUDIT#${id}`)).map(({ action }) => action).sort()).toEqual([
        "certificate.issued",
        "certificate.revoked",
      ]);
      const [key] = (await rowsOf(table, `KEY#${spkiSha256}`)).filter(({ sk }) => sk === "KEY");
      expect(key).toMatchObject({ blockedAt: noon.toISOString() });
      // The order stands for the denied slot.
      expect(await rowsOf(table, `PAGE#m1.${Math.floor(certificate.slot / pageSize).toString(16)}`)).toEqual(
        [],
      );
    }
  });

  test("that were held, superseded or revoked before are revoked once", async () => {
    const { table, inLot } = await aLot();
    const [first] = inLot;
    if (first === undefined) throw new Error("the lot has certificates");
    const before = { reason: "superseded", revokedAt: fromNoon(-1), actor: "operator:ada" } as const;
    await dynamoRevocationRegistry(table).recordRevocation(
      first,
      before,
      auditOf(first.id, "certificate.revoked"),
    );
    await report(table);
    await followToTheEnd(table);
    expect((await readCertificate(table, first.id))?.revocation).toEqual(before);
    expect(await statesOf(table, inLot)).toEqual(inLot.map(() => "revoked"));
  });

  test("are all revoked by runs that each do two at most", async () => {
    const { table, inLot } = await aLot();
    await report(table);
    const outcomes = [];
    for (let run = 0; run < 8; run += 1)
      outcomes.push(...(await follow(table, noon, 2)).map(({ outcome }) => outcome));
    expect(outcomes).toContain("stopped");
    expect(await statesOf(table, inLot)).toEqual(inLot.map(() => "revoked"));
  });

  test("are revoked too when issued after the order, and the order waits for those under way", async () => {
    const { table } = await aLot();
    const digest = "e7".repeat(32);
    const late = aCertificate({
      slot: aSlot(7),
      lot,
      spkiSha256: digest,
      sha256: digest,
      enrolmentId: `enr_${digest.slice(32)}`,
    });
    const enrolment = await putEnrolment(table, late);
    await report(table);
    for (const minute of [0, 1, 2, 3, 4]) await follow(table, fromNoon(minute * settleMs));
    expect((await listFollowTasks(table, fromNoon(10 * settleMs))).map(({ order }) => order.first)).toEqual([
      0,
    ]);
    await dynamoEnrolmentRegistry(table).recordIssued(
      enrolment,
      late,
      auditOf(late.id, "certificate.issued"),
    );
    for (const minute of [5, 6, 7]) await follow(table, fromNoon(minute * settleMs));
    expect(await statesOf(table, [late])).toEqual(["revoked"]);
    expect(await listFollowTasks(table, fromNoon(20 * settleMs))).toEqual([]);
  });

  test("are revoked once when two runs are at it together", async () => {
    const { table, inLot } = await aLot();
    await report(table);
    const runs = await Promise.all([follow(table, noon), follow(table, noon)]);
    expect(runs.flat().reduce((sum, { revoked }) => sum + revoked, 0)).toBe(inLot.length);
    await followToTheEnd(table);
    expect(await statesOf(table, inLot)).toEqual(inLot.map(() => "revoked"));
  });

  test("are all revoked, once each, wherever a run dies", async () => {
    // Until a run has no such write any more: every write of the walk is died at, before and after.
    for (let nth = 1; ; nth += 1) {
      const { table, inLot } = await aLot();
      await report(table);
      const [before, after] = [dyingTable(table, nth, "before"), dyingTable(table, nth, "after")];
      await follow(before.table, noon).catch(error => expect(error).toBeInstanceOf(Killed));
      await follow(after.table, noon).catch(error => expect(error).toBeInstanceOf(Killed));
      await followToTheEnd(table);
      expect(await statesOf(table, inLot)).toEqual(inLot.map(() => "revoked"));
      for (const { id } of inLot) expect(await rowsOf(table, `AUDIT#${id}`)).toHaveLength(2);
      if (!before.died()) break;
    }
  });
});
