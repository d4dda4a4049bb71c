// An applied plan becomes orders, is confirmed at the edge, and is followed by its certificates, whatever dies in between.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoAgeOutRegistry } from "#aws/registry/age-out-registry.ts";
import { dynamoAdvanceRegistry, dynamoProgressRegistry } from "#aws/registry/apply-registry.ts";
import { listAuthorities } from "#aws/registry/authority-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoHoldRegistry } from "#aws/registry/hold-registry.ts";
import { readOrders, readSlotOrders } from "#aws/registry/order-registry.ts";
import { readPlan } from "#aws/registry/plan-registry.ts";
import { dynamoPublicationRegistry } from "#aws/registry/publication-registry.ts";
import { readCertificate } from "#aws/registry/read-certificate.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { settleMs } from "#core/order/follow-order.ts";
import { bitmapOf } from "#core/order/slot-bitmap.ts";
import { liftPlan } from "#core/plan/lift-plan.ts";
import { readProgress } from "#core/plan/progress.ts";
import { publishAuthority } from "#core/publication/provision.ts";
import { publish } from "#core/publication/publish.ts";
import { propagationAllowanceMs } from "#core/publication/refusal-at-edge.ts";
import { isDenied } from "#core/slot-page/lookup.ts";
import { pageKey, pageOf } from "#core/slot-page/slot.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { advance, apply, putPlan } from "#support/plans.ts";
import { aSlot } from "#support/records.ts";
import {
  auditOf,
  dyingTable,
  putAuthority,
  putCertificate,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";
import { type FakeStore, fakeStore } from "../../unit/core/publication/fake-edge-store.ts";

const pageSize = 4096;
let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

type World = {
  readonly table: RegistryTable;
  readonly store: FakeStore;
  /** In slots 0, 5, 4,096 and 8,191: the plans below name the first three. */
  readonly certificates: readonly [Certificate, Certificate, Certificate, Certificate];
};

async function aWorld(): Promise<World> {
  const table = await registry.table();
  await putAuthority(table, { nextSlot: 3 * pageSize });
  const [a, b, c, d] = [
    await putCertificate(table, 0),
    await putCertificate(table, 5),
    await putCertificate(table, pageSize),
    await putCertificate(table, 2 * pageSize - 1),
  ];
  const world: World = { table, store: fakeStore(), certificates: [a, b, c, d] };
  await publishPages(world);
  return world;
}

const pages = ["m1.0", "m1.1", "m1.2"];
const named = {
  ranges: [{ authorityId: "m1", first: aSlot(pageSize), last: aSlot(pageSize + 9) }],
  pages: [{ authorityId: "m1", page: 0, slots: new Uint8Array(bitmapOf([0, 5])) }],
};

/** What the stream makes the publisher do. */
async function publishPages({ table, store }: World): Promise<void> {
  const deps = { registry: dynamoPublicationRegistry(table), store, now: () => noon };
  await publish(deps, { pages, authorities: [] });
  await publishAuthority(deps, "m1");
}

function isRefused({ store }: World, { slot }: Certificate): boolean {
  return isDenied(store.contents.get(pageKey("m1", pageOf(slot))) ?? "r", slot % pageSize);
}

const statesOf = async ({ table, certificates }: World) =>
  Promise.all(certificates.map(async ({ id }) => (await readCertificate(table, id))?.state));

const progressOf = ({ table }: World, id: Parameters<typeof readProgress>[1], now: Date) =>
  readProgress({ registry: dynamoProgressRegistry(table), now: () => now }, id);

const eventsOf = async ({ table }: World, type: string) => {
  const shards = Array.from({ length: 16 }, (_, shard) => rowsOf(table, `OUTBOX#${shard.toString(16)}`));
  return (await Promise.all(shards)).flat().filter(({ detailType }) => detailType === type);
};

const later = (ms: number): Date => fromNoon(ms);

/** Runs the job often enough, with the publisher awake. */
async function toTheEnd(world: World): Promise<void> {
  for (let minute = 0; minute < 6; minute += 1) {
    await publishPages(world);
    await advance({ ...world, now: later(minute * settleMs) });
  }
}

describe("a plan that revokes", () => {
  test("is one row for each range and each page before the edge refuses all that it names", async () => {
    const world = await aWorld();
    const plan = await putPlan(world.table, {}, named);
    const applied = await apply({ ...world, now: noon }, plan);
    expect(applied).toMatchObject({ state: "applied", appliedAt: noon, application: { by: "operator:ben" } });
    expect(await readOrders(world.table, "m1", 0)).toMatchObject([{ first: pageSize, planId: plan.id }]);
    expect(await readSlotOrders(world.table, "m1", 0, 9)).toMatchObject([{ first: 0, state: "revoked" }]);
    await publishPages(world);
    const [a, b, c, d] = world.certificates;
    expect([a, b, c, d].map(one => isRefused(world, one))).toEqual([true, true, true, false]);
  });

  test("shows how far it has come: recorded, published, effective, followed", async () => {
    const world = await aWorld();
    const plan = await putPlan(world.table, {}, named);
    await apply({ ...world, now: noon }, plan);
    const recorded = await progressOf(world, plan.id, noon);
    expect(recorded).toMatchObject({ edge: "recorded", orders: 2, keys: 2, certificates: { followed: 0 } });
    // Nobody has published: whatever the job does, it does not say so.
    await advance({ ...world, now: later(11_000) });
    expect(await progressOf(world, plan.id, later(11_000))).toMatchObject({ edge: "recorded" });
    await publishPages(world);
    await advance({ ...world, now: later(settleMs + 11_000) });
    const published = await progressOf(world, plan.id, later(settleMs + 11_000));
    expect(published).toMatchObject({ edge: "published", certificates: { followed: 3 } });
    expect(published?.owedToCa).toEqual({ count: 3, isComplete: true });
    expect(await eventsOf(world, "Revocation Effective")).toEqual([]);
    await advance({ ...world, now: later(3 * settleMs) });
    expect(await progressOf(world, plan.id, later(3 * settleMs))).toMatchObject({ edge: "effective" });
    expect(await eventsOf(world, "Revocation Effective")).toHaveLength(1);
    await toTheEnd(world);
    expect((await progressOf(world, plan.id, later(6 * settleMs)))?.followedAt).toBeDefined();
    expect(await eventsOf(world, "Revocation Effective")).toHaveLength(1);
  });

  test("is followed by its certificates and no others, each told of once with its plan", async () => {
    const world = await aWorld();
    const plan = await putPlan(world.table, {}, named);
    await apply({ ...world, now: noon }, plan);
    await toTheEnd(world);
    expect(await statesOf(world)).toEqual(["revoked", "revoked", "revoked", "active"]);
    expect(await advance({ ...world, now: later(9 * settleMs) })).toEqual([]);
    const [first] = world.certificates;
    const audits = await rowsOf(world.table, `AUDIT#${first.id}`);
    expect(audits.filter(({ action }) => action === "certificate.revoked")).toMatchObject([
      {
        actor: "operator:ben",
        requestId: "request-apply",
        facts: { plan: plan.id, reason: "keyCompromise" },
      },
    ]);
    expect(await rowsOf(world.table, `KEY#${first.spkiSha256}`)).toEqual(
      expect.arrayContaining([expect.objectContaining({ blockedAt: expect.any(String) })]),
    );
  });

  test("applied twice, or by two at once, is one set of orders", async () => {
    const world = await aWorld();
    const plan = await putPlan(world.table, {}, named);
    const both = await Promise.allSettled([
      apply({ ...world, now: noon }, plan),
      apply({ ...world, now: noon }, plan),
    ]);
    expect(both.some(({ status }) => status === "fulfilled")).toBe(true);
    await apply({ ...world, now: later(1) }, plan);
    expect(await readOrders(world.table, "m1", 0)).toHaveLength(1);
    expect(await readSlotOrders(world.table, "m1", 0, 9)).toHaveLength(1);
    expect(await rowsOf(world.table, `AUDIT#${plan.id}`)).toHaveLength(1);
  });

  test("of more parts than a transaction holds is recorded in several, none twice", async () => {
    const world = await aWorld();
    const many = Array.from({ length: 200 }, (_, page) => ({
      authorityId: "m1",
      page,
      slots: new Uint8Array(bitmapOf([page])),
    }));
    const plan = await putPlan(world.table, {}, { pages: many });
    await apply({ ...world, now: noon }, plan);
    expect(await readSlotOrders(world.table, "m1", 0, 999)).toHaveLength(200);
    expect(await readSlotOrders(world.table, "m1", 3, 4)).toMatchObject([
      { first: 3 * pageSize },
      { first: 4 * pageSize },
    ]);
    expect(await progressOf(world, plan.id, noon)).toMatchObject({ orders: 200, keys: 200 });
    // Those of pages that age out go with them, and no later ones.
    await dynamoAgeOutRegistry(world.table).deleteOrders("m1", 3 * pageSize);
    expect(await readSlotOrders(world.table, "m1", 0, 3)).toMatchObject([{ first: 3 * pageSize }]);
  });

  test("has every certificate revoked once, wherever a worker dies", async () => {
    for (let nth = 1; ; nth += 1) {
      const world = await aWorld();
      const plan = await putPlan(world.table, {}, named);
      const [before, after] = [dyingTable(world.table, nth, "before"), dyingTable(world.table, nth, "after")];
      await apply({ table: before.table, now: noon }, plan).catch(() => undefined);
      await apply({ table: after.table, now: noon }, plan).catch(() => undefined);
      await apply({ ...world, now: noon }, plan).catch(() => undefined);
      await publishPages(world);
      for (const { table } of [before, after])
        await advance({ ...world, table, now: later(settleMs) }).catch(() => undefined);
      await toTheEnd(world);
      expect(await statesOf(world)).toEqual(["revoked", "revoked", "revoked", "active"]);
      expect((await readPlan(world.table, plan.id))?.state).toBe("applied");
      expect(await readOrders(world.table, "m1", 0)).toHaveLength(1);
      for (const { id } of world.certificates.slice(0, 3))
        expect(await rowsOf(world.table, `AUDIT#${id}`)).toHaveLength(2);
      if (!before.died()) break;
    }
  });
});

describe("a plan that holds", () => {
  const held = { action: "hold" as const };

  test("refuses what it names, revokes nothing, and lifted lets it in again", async () => {
    const world = await aWorld();
    const plan = await putPlan(world.table, held, named);
    await apply({ ...world, now: noon }, plan);
    await toTheEnd(world);
    const [a, b, c, d] = world.certificates;
    expect([a, b, c, d].map(one => isRefused(world, one))).toEqual([true, true, true, false]);
    expect(await statesOf(world)).toEqual(["active", "active", "active", "active"]);
    await lift(world, plan.id);
    await publishPages(world);
    expect([a, b, c, d].map(one => isRefused(world, one))).toEqual([false, false, false, false]);
    expect(await progressOf(world, plan.id, noon)).toMatchObject({ edge: "lifted" });
  });

  test("leaves refused, when it is lifted, what others refuse", async () => {
    const world = await aWorld();
    const [a, b, c] = world.certificates;
    const revocation = { reason: "superseded", revokedAt: noon, actor: "operator:ada" } as const;
    await dynamoRevocationRegistry(world.table).recordRevocation(
      a,
      revocation,
      auditOf(a.id, "certificate.revoked"),
    );
    await dynamoHoldRegistry(world.table).recordHold(b, auditOf(b.id, "certificate.held"));
    const other = await putPlan(world.table, held, { ranges: named.ranges });
    await apply({ ...world, now: noon }, other);
    const plan = await putPlan(world.table, held, named);
    await apply({ ...world, now: noon }, plan);
    await lift(world, plan.id);
    await publishPages(world);
    expect([a, b, c].map(one => isRefused(world, one))).toEqual([true, true, true]);
  });

  test("ends by itself at the moment that it was given, and not before", async () => {
    const world = await aWorld();
    const plan = await putPlan(world.table, { ...held, until: later(10 * settleMs) }, named);
    await apply({ ...world, now: noon }, plan);
    await publishPages(world);
    await advance({ ...world, now: noon });
    await advance({ ...world, now: later(propagationAllowanceMs) });
    expect(await advance({ ...world, now: later(10 * settleMs - 2) })).toEqual([]);
    expect(await advance({ ...world, now: later(10 * settleMs) })).toMatchObject([{ outcome: "finished" }]);
    expect(await progressOf(world, plan.id, noon)).toMatchObject({ edge: "lifted" });
    const audits = await rowsOf(world.table, `AUDIT#${plan.id}`);
    expect(audits.map(({ action, actor }) => [action, actor])).toEqual([
      ["plan.applied", "operator:ben"],
      ["plan.lifted", "job:advance-plans"],
    ]);
  });

  test("is lifted whole, wherever a worker dies", async () => {
    for (let nth = 1; ; nth += 1) {
      const world = await aWorld();
      const plan = await putPlan(world.table, held, named);
      await apply({ ...world, now: noon }, plan);
      const [before, after] = [dyingTable(world.table, nth, "before"), dyingTable(world.table, nth, "after")];
      for (const { table } of [before, after])
        await lift({ ...world, table }, plan.id).catch(() => undefined);
      await lift(world, plan.id);
      await advance({ ...world, now: later(settleMs) });
      const orders = [
        ...(await readOrders(world.table, "m1", 0)),
        ...(await readSlotOrders(world.table, "m1", 0, 9)),
      ];
      expect(orders.map(({ state }) => state)).toEqual(["lifted", "lifted"]);
      if (!before.died()) break;
    }
  });
});

async function lift({ table }: Pick<World, "table">, id: string, scopes = ["revocations:apply"] as const) {
  const caller = { kind: "operator", subject: "cleo", scopes } as const;
  const deps = { registry: dynamoAdvanceRegistry(table), now: () => noon };
  return liftPlan(deps, { caller, id, requestId: "request-lift" });
}

describe("lifting", () => {
  test("is refused for a revocation, for a plan that is not applied and for one that does not exist", async () => {
    const world = await aWorld();
    const revoking = await putPlan(world.table, {}, named);
    await apply({ ...world, now: noon }, revoking);
    await expect(lift(world, revoking.id)).rejects.toMatchObject({ code: "plan.not_liftable" });
    const waiting = await putPlan(world.table, { action: "hold" }, named);
    await expect(lift(world, waiting.id)).rejects.toMatchObject({ code: "plan.not_liftable" });
    await expect(lift(world, "pln_none")).rejects.toMatchObject({ code: "resource.not_found" });
  });

  test("of what another has approved takes the scope to approve", async () => {
    const world = await aWorld();
    const approval = { by: "operator:dora", at: noon, requestId: "r" };
    const plan = await putPlan(world.table, { action: "hold", state: "approved", approval }, named);
    await apply({ ...world, now: noon }, plan);
    await expect(lift(world, plan.id)).rejects.toMatchObject({ code: "caller.forbidden" });
    await expect(liftWith(world, plan.id)).resolves.toMatchObject({ id: plan.id });
  });
});

function liftWith({ table }: World, id: string) {
  const scopes = ["revocations:apply", "revocations:approve"] as const;
  const deps = { registry: dynamoAdvanceRegistry(table), now: () => noon };
  return liftPlan(deps, { caller: { kind: "operator", subject: "cleo", scopes }, id, requestId: "r" });
}

describe("a plan about an authority", () => {
  const authority = { kind: "authority", authorityId: "m1" } as const;
  const stateOf = async ({ table }: World) =>
    (await listAuthorities(table)).map(({ state, notBeforeFloor }) => ({ state, notBeforeFloor }));

  test("distrusts it with one write, and lifted trusts it as before", async () => {
    const world = await aWorld();
    const plan = await putPlan(world.table, { action: "distrust", selector: authority });
    expect(await apply({ ...world, now: noon }, plan)).toMatchObject({ state: "applied" });
    expect(await stateOf(world)).toEqual([{ state: "distrusted", notBeforeFloor: 0 }]);
    await advance({ ...world, now: noon });
    expect(await progressOf(world, plan.id, later(11_000))).toMatchObject({ edge: "recorded" });
    await publishPages(world);
    await advance({ ...world, now: later(settleMs) });
    const at = later(settleMs + propagationAllowanceMs);
    expect(await progressOf(world, plan.id, at)).toMatchObject({ edge: "effective" });
    expect([...world.store.contents.values()].some(value => value.startsWith("x m1 "))).toBe(true);
    await lift(world, plan.id);
    expect(await stateOf(world)).toEqual([{ state: "active", notBeforeFloor: 0 }]);
    const audits = await rowsOf(world.table, "AUDIT#m1");
    expect(audits.filter(({ action }) => action === "authority.state_changed")).toMatchObject([
      { requestId: "request-apply", facts: { from: "active", to: "distrusted", plan: plan.id } },
      { requestId: "request-lift", facts: { from: "distrusted", to: "active", plan: plan.id } },
    ]);
  });

  test("raises its floor, in whole seconds, and lifted lowers it to where it was", async () => {
    const world = await aWorld();
    const floorAt = new Date(1_767_225_600_999);
    const plan = await putPlan(world.table, { action: "floor", selector: authority, floorAt });
    await apply({ ...world, now: noon }, plan);
    expect(await stateOf(world)).toEqual([{ state: "active", notBeforeFloor: 1_767_225_600 }]);
    await lift(world, plan.id);
    expect(await stateOf(world)).toEqual([{ state: "active", notBeforeFloor: 0 }]);
  });

  test("that would change nothing fails and says why", async () => {
    const world = await aWorld();
    const first = await putPlan(world.table, { action: "distrust", selector: authority });
    await apply({ ...world, now: noon }, first);
    const second = await putPlan(world.table, { action: "distrust", selector: authority });
    expect(await apply({ ...world, now: noon }, second)).toMatchObject({
      state: "failed",
      failedBecause: "the authority is distrusted already",
    });
    await expect(lift(world, second.id)).resolves.toMatchObject({ state: "failed" });
    expect(await stateOf(world)).toMatchObject([{ state: "distrusted" }]);
  });

  test("is not lifted over what somebody has decided since", async () => {
    const world = await aWorld();
    const floor = (seconds: number) =>
      ({ action: "floor", selector: authority, floorAt: new Date(seconds * 1e3) }) as const;
    const first = await putPlan(world.table, floor(100));
    await apply({ ...world, now: noon }, first);
    const second = await putPlan(world.table, floor(200));
    await apply({ ...world, now: later(1) }, second);
    await expect(lift(world, first.id)).rejects.toMatchObject({ code: "plan.not_liftable" });
    expect(await stateOf(world)).toEqual([{ state: "active", notBeforeFloor: 200 }]);
  });
});
