// Revocation plans on DynamoDB's own engine: what they count is what they name, whatever dies.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import type { ManagedAuthority } from "#core/authority/authority.ts";
import { planBlock } from "#core/authority/block.ts";
import { continueCounting } from "#core/plan/continue-counting.ts";
import { makePlan } from "#core/plan/make-plan.ts";
import { dayMs, fromNoon, minuteMs, noon } from "#support/fixed-time.ts";
import { aForeignAuthority, aSerial } from "#support/records.ts";
import {
  dyingTable,
  Killed,
  putAuthority,
  putCertificate,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";
import {
  acme,
  anOrder,
  events,
  later,
  link,
  planWorld,
  setState,
  type World,
  worldOn,
} from "./plan-world.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

const aWorld = async (): Promise<World> => planWorld(await registry.table());

describe("a plan", () => {
  test("counts what a tenant has, names the slots of what is open, and refuses nobody", async () => {
    const world = await aWorld();
    const { table } = world;
    await putCertificate(table, 1, { lastSeenAt: fromNoon(-dayMs / 2) });
    await putCertificate(table, 5_000, { state: "held", lot: "w47" });
    await putCertificate(table, 2, { state: "revoked" });
    await putCertificate(table, 3, { notAfter: later });
    await putCertificate(table, 4, { tenant: "globex" });
    await putCertificate(table, 6, { issuedAt: fromNoon(2 * minuteMs) });
    const plan = await world.make(anOrder(acme, { ticket: "INC-7" }));
    expect(plan).toMatchObject({ state: "ready", author: "operator:ada", approvalNeeded: [] });
    expect(plan.counts).toMatchObject({
      certificates: 2,
      byState: { active: 2, held: 1, superseded: 0, revoked: 1, expired: 0 },
      tenants: 1,
      lots: 1,
      successors: 0,
      seenLastDay: 1,
      holdersLeftWithNone: 1,
      examined: 2,
      pages: 2,
      serials: 0,
      storeCalls: 1,
      caSeconds: 1,
    });
    expect(await world.slots(plan)).toEqual([1, 5_000]);
    expect(await rowsOf(table, "PAGE#m1.0")).toEqual([]);
    expect(await world.plans.readPlan(plan.id)).toEqual(plan);
  });

  test.each([
    ["a serial of any authority", { kind: "certificate", serial: aSerial("a000000000000002") }, [1]],
    ["a certificate's hash", { kind: "sha256", sha256: "2".padStart(64, "0") }, [1]],
    ["a holder", { kind: "holder", tenant: "acme", holder: "device-1" }, [1, 7]],
    ["a key", { kind: "key", spkiSha256: "2".padStart(64, "0") }, [1, 7]],
    ["an authority", { kind: "authority", authorityId: "m1" }, [1, 7, 4_097, 8_000]],
    [
      "what a tenant got in an interval",
      {
        kind: "issued",
        from: fromNoon(-dayMs),
        to: fromNoon(-1),
        scope: { kind: "tenant", tenant: "globex" },
      },
      [8_000],
    ],
    [
      "what an authority gave in an interval",
      { kind: "issued", from: noon, to: later, scope: { kind: "authority", authorityId: "m1" } },
      [1, 7, 4_097],
    ],
    ["a query", { kind: "query", filter: { tenant: "acme", state: "superseded" } }, [7]],
  ] as const)("names the certificates of %s", async (_title, selector, expected) => {
    const world = await aWorld();
    const { table } = world;
    await putCertificate(table, 1);
    await putCertificate(table, 7, {
      holder: "device-1",
      spkiSha256: "2".padStart(64, "0"),
      state: "superseded",
    });
    await putCertificate(table, 4_097);
    await putCertificate(table, 8_000, { tenant: "globex", issuedAt: fromNoon(-dayMs / 2) });
    expect(await world.slots(await world.make(anOrder(selector)))).toEqual(expected);
  });

  test("of lots names their whole blocks, and counts what is issued of them", async () => {
    const world = await aWorld();
    const { table } = world;
    const owner = { kind: "lot", tenant: "acme", lot: "w47" } as const;
    const authority = { ...(await world.plans.listAuthorities())[0] } as ManagedAuthority;
    const block = planBlock(authority, owner, 100, noon);
    const planned = { ...block, owner, ordinal: 0, next: block.first };
    await dynamoBlockRegistry(table).cutLotBlock(authority, planned);
    await dynamoBlockRegistry(table).takeChunk(planned, 64);
    await putCertificate(table, block.first + 3, { lot: "w47" });
    const plan = await world.make(anOrder({ kind: "lots", tenant: "acme", lots: ["w47"] }));
    expect(plan.counts).toMatchObject({ certificates: 1, lots: 1, pages: 1 });
    expect((await world.plans.readSelection(plan.id)).ranges).toEqual([
      { authorityId: "m1", first: block.first, last: block.first + 99 },
    ]);
    // A block more is another set, and no wish of the caller's makes it the same.
    const [grown] = await world.plans.listAuthorities();
    const second = planBlock(grown as ManagedAuthority, owner, 100, noon);
    await dynamoBlockRegistry(table).cutLotBlock(grown as ManagedAuthority, {
      ...second,
      owner,
      ordinal: 1,
      next: second.first,
    });
    await expect(world.apply(plan, { leaveOutNew: true })).rejects.toMatchObject({ code: "plan.changed" });
  });

  test("of a serial of a partner's CA names the serial", async () => {
    const world = await aWorld();
    const partner = aForeignAuthority();
    await putAuthority(world.table, partner as unknown as ManagedAuthority); // The registry takes both kinds.
    const selector = { kind: "certificate", serial: aSerial("0f"), authorityId: partner.id } as const;
    const plan = await world.make(anOrder(selector));
    expect(plan.counts).toMatchObject({ certificates: 1, serials: 1, caSeconds: 0, storeCalls: 1 });
    expect((await world.plans.readSelection(plan.id)).serials).toEqual([{ authorityId: "p1", serial: "0f" }]);
  });

  test("takes the successors too when it is told to, replaced ones among them, and once", async () => {
    const world = await aWorld();
    const stolen = await putCertificate(world.table, 1);
    const replaced = await putCertificate(world.table, 2, { holder: "device-1", state: "superseded" });
    const successor = await putCertificate(world.table, 3, { holder: "device-1" });
    await putCertificate(world.table, 4, { holder: "device-1" });
    await link(world, stolen, replaced);
    await link(world, stolen, successor);
    const selector = { kind: "sha256", sha256: stolen.sha256 } as const;
    const plan = await world.make(anOrder(selector, { lineage: true }));
    expect(await world.slots(plan)).toEqual([1, 2, 3]);
    expect(plan.counts).toMatchObject({ certificates: 3, successors: 2, holdersLeftWithNone: 0 });
    expect(await world.slots(await world.make(anOrder(selector)))).toEqual([1]);
  });

  test.each([
    [{ kind: "sha256", sha256: "ab".repeat(32) }, "certificate"],
    [{ kind: "holder", tenant: "acme", holder: "nobody" }, "certificate"],
    [{ kind: "lots", tenant: "acme", lots: ["none"] }, "lot"],
    [{ kind: "authority", authorityId: "m9" }, "authority"],
  ] as const)("of nothing there is is refused: %o", async (selector, kind) => {
    const world = await aWorld();
    await expect(world.make(anOrder(selector))).rejects.toMatchObject({
      code: "resource.not_found",
      data: { kind },
    });
    expect((await world.plans.listPlans(10, undefined)).plans).toEqual([]);
  });

  test("is one for one key, and another request under the key is refused", async () => {
    const world = await aWorld();
    await putCertificate(world.table, 1);
    const first = await world.make(anOrder(acme), { key: "k" });
    expect(await world.make(anOrder(acme), { key: "k" })).toEqual(first);
    await expect(world.make(anOrder(acme, { reason: "superseded" }), { key: "k" })).rejects.toMatchObject({
      code: "idempotency.conflict",
    });
    expect((await world.make(anOrder(acme), { key: "k", author: "operator:ben" })).id).not.toBe(first.id);
  });

  test("that its call cannot count is counted by the job, and comes to the same", async () => {
    const world = await aWorld();
    for (const slot of [1, 2, 5_000, 9_000]) await putCertificate(world.table, slot);
    await putCertificate(world.table, 3, { issuedAt: fromNoon(-40 * dayMs) });
    await putCertificate(world.table, 4, { issuedAt: fromNoon(-80 * dayMs) });
    const whole = await world.make(anOrder(acme));
    const plan = await world.make(anOrder(acme), {}, () => false);
    expect(plan).toMatchObject({ state: "counting", counting: { tally: { selected: 4 } } });
    expect(await events(world.table, "Job Run Requested")).toMatchObject([{ job: "count-plans" }]);
    const deps = world.at(fromNoon(2 * minuteMs));
    let turns = 0;
    for (let state = "counting"; state === "counting"; turns += 1) {
      const [due] = await world.plans.listCounting(fromNoon(3 * minuteMs));
      if (due === undefined) throw new Error("the plan is not due");
      state = (await continueCounting(deps, due, { requestId: `run-${turns}`, mayGoOn: () => false })).state;
    }
    const counted = await world.plans.readPlan(plan.id);
    expect(turns).toBeGreaterThan(1);
    expect({ hash: counted?.hash, counts: counted?.counts }).toEqual({
      hash: whole.hash,
      counts: whole.counts,
    });
    expect(await world.plans.listCounting(fromNoon(dayMs))).toEqual([]);
  });

  test("that dies at any write is counted to the end by whoever comes next", async () => {
    for (let nth = 1; ; nth += 1) {
      const world = await aWorld();
      await putCertificate(world.table, 1);
      await putCertificate(world.table, 5_000, { issuedAt: fromNoon(-40 * dayMs) });
      const dying = dyingTable(world.table, nth, nth % 2 === 0 ? "before" : "after");
      const died = await worldOn(dying.table)
        .make(anOrder(acme), { key: "k" }, () => false)
        .catch((error: unknown) => error);
      if (!dying.died()) break;
      expect(died).toBeInstanceOf(Killed);
      const again = await world.make(anOrder(acme), { key: "k" });
      expect(again.state).toBe("ready");
      expect(again.counts?.certificates).toBe(2);
      expect(await world.slots(again)).toEqual([1, 5_000]);
      await world.apply(again);
    }
  });

  test("that died with its certificates written down can be applied, though one has gone since", async () => {
    const world = await aWorld();
    await putCertificate(world.table, 1);
    const gone = await putCertificate(world.table, 5_000);
    const dying = dyingTable(world.table, 3, "before");
    await expect(worldOn(dying.table).make(anOrder(acme), { key: "k" })).rejects.toThrow(Killed);
    await setState(world, gone, "revoked");
    const again = await world.make(anOrder(acme), { key: "k" });
    expect(again.counts?.certificates).toBe((await world.slots(again)).length);
    await world.apply(again);
    expect(world.applied).toHaveLength(1);
  });

  test("nobody has counted in its day is given up", async () => {
    const world = await aWorld();
    await putCertificate(world.table, 1);
    const plan = await world.make(anOrder(acme), {}, () => false);
    expect(plan.state).toBe("counting");
    const [due] = await world.plans.listCounting(fromNoon(2 * dayMs));
    if (due === undefined) throw new Error("the plan is not due");
    const turn = { requestId: "run", mayGoOn: () => true };
    expect(await continueCounting(world.at(fromNoon(2 * dayMs)), due, turn)).toMatchObject({
      state: "expired",
    });
  });

  test("is listed with the others, the newest first, page by page", async () => {
    const world = await aWorld();
    await putCertificate(world.table, 1);
    const made: string[] = [];
    for (const minute of [1, 2, 3]) {
      const input = { order: anOrder(acme), author: "operator:ada", requestId: `req-${minute}` };
      made.unshift((await makePlan(world.at(fromNoon(minute * minuteMs)), input, () => true)).id);
    }
    const first = await world.plans.listPlans(2, undefined);
    const second = await world.plans.listPlans(2, first.next);
    expect([...first.plans, ...second.plans].map(({ id }) => id)).toEqual(made);
    expect(second.next).toBeUndefined();
  });
});
