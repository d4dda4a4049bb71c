// Who lets a plan through to be applied: only what was seen, approved by another where it is large, in time and unchanged.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cancelPlan } from "#core/plan/decide-plan.ts";
import type { PlanSelector } from "#core/plan/selector.ts";
import { dayMs, fromNoon, minuteMs } from "#support/fixed-time.ts";
import { aSerial } from "#support/records.ts";
import { putCertificate, rowsOf, startTestRegistry, type TestRegistry } from "#support/registry-table.ts";
import { acme, ada, anOrder, ben, events, later, planWorld, setState, type World } from "./plan-world.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

const aWorld = async (): Promise<World> => planWorld(await registry.table());

describe("approval", () => {
  test("is needed above a tenth of a tenant's certificates, from eleven on", async () => {
    const world = await aWorld();
    const ofLot = (count: number): PlanSelector => ({
      kind: "query",
      filter: { tenant: "acme", expiresBefore: fromNoon((200 + count) * dayMs) },
    });
    for (let slot = 0; slot < 111; slot += 1)
      await putCertificate(world.table, slot, { notAfter: fromNoon((200 + slot) * dayMs) });
    // 11 of 111 are less than a tenth; 12 are more.
    expect(await world.make(anOrder(ofLot(11)))).toMatchObject({ state: "ready", approvalNeeded: [] });
    const plan = await world.make(anOrder(ofLot(12), { sourceEvent: "soc:1" }));
    expect(plan).toMatchObject({
      state: "awaiting_approval",
      approvalNeeded: ["More than 10 % of the certificates of acme."],
    });
    expect(await events(world.table, "Revocation Awaiting Approval")).toMatchObject([
      { plan: plan.id, count: 12, hash: plan.hash, author: "operator:ada", sourceEvent: "soc:1" },
    ]);
  });

  test("comes from another than the author, once, and is on record with every refusal", async () => {
    const world = await aWorld();
    await putCertificate(world.table, 1);
    const plan = await world.make(anOrder(acme), { because: ["The brake holds."] });
    expect(plan.state).toBe("awaiting_approval");
    await expect(world.apply(plan)).rejects.toMatchObject({ code: "plan.not_approved" });
    await expect(world.approve(plan, ada)).rejects.toMatchObject({ code: "plan.own_approval" });
    await expect(world.approve({ ...plan, hash: "00".repeat(32) }, ben, fromNoon(2))).rejects.toMatchObject({
      code: "plan.changed",
    });
    const approved = await world.approve(plan, ben, fromNoon(3));
    expect(approved).toMatchObject({ state: "approved", approval: { by: "operator:ben" } });
    expect(await world.approve(plan, ben, fromNoon(4))).toEqual(approved);
    await world.apply(approved);
    expect(world.applied.map(({ id }) => id)).toEqual([plan.id]);
    expect(await world.audits(plan)).toEqual(
      expect.arrayContaining([
        "plan.created operator:ada",
        "plan.counted operator:ada",
        "plan.approved operator:ben",
        "plan.refused operator:ada",
        "plan.refused operator:ben",
      ]),
    );
  });

  test("is needed for a whole authority, which one write refuses", async () => {
    const world = await aWorld();
    const selector = { kind: "authority", authorityId: "m1" } as const;
    const plan = await world.make(anOrder(selector, { action: "distrust", reason: "cACompromise" }));
    expect(plan).toMatchObject({
      state: "awaiting_approval",
      counts: { certificates: 3 * 4096, storeCalls: 1, pages: 0, examined: 0 },
    });
  });
});

describe("applying", () => {
  test("takes the hash that was seen, in time, and not what was cancelled", async () => {
    const world = await aWorld();
    await putCertificate(world.table, 1);
    const plan = await world.make(anOrder(acme));
    await expect(world.apply(plan, { hash: "00".repeat(32) })).rejects.toMatchObject({
      code: "plan.changed",
    });
    const end = plan.expiresAt.getTime();
    await expect(world.apply(plan, {}, new Date(end))).rejects.toMatchObject({ code: "plan.expired" });
    await world.apply(plan, {}, new Date(end - 1));
    await cancelPlan(world.at(later), { caller: ada, id: plan.id, requestId: "req-3" });
    await expect(world.apply(plan, { requestId: "req-4" })).rejects.toMatchObject({ code: "plan.settled" });
    expect(world.applied).toHaveLength(1);
  });

  test.each([
    ["a tenant", acme],
    ["a holder", { kind: "holder", tenant: "acme", holder: "device-1" }],
    ["an authority", { kind: "authority", authorityId: "m1" }],
  ] as const)(
    "needs a new plan when %s has got one more, unless that is left out",
    async (_title, selector) => {
      const world = await aWorld();
      await putCertificate(world.table, 1);
      const plan = await world.make(anOrder(selector));
      await putCertificate(world.table, 2, { holder: "device-1", issuedAt: fromNoon(2 * minuteMs) });
      await expect(world.apply(plan)).rejects.toMatchObject({ code: "plan.changed" });
      await world.apply(plan, { leaveOutNew: true, requestId: "req-3" });
      expect(await world.slots(plan)).toEqual([1]);
    },
  );

  test("goes on when some of the plan's certificates were revoked meanwhile", async () => {
    const world = await aWorld();
    const first = await putCertificate(world.table, 1);
    await putCertificate(world.table, 2);
    const plan = await world.make(anOrder(acme));
    await setState(world, first, "revoked");
    await world.apply(plan);
    expect(world.applied).toHaveLength(1);
  });

  test("notices when what the plan names is not what was counted", async () => {
    const world = await aWorld();
    await putCertificate(world.table, 1);
    const plan = await world.make(anOrder(acme));
    const other = { ranges: [], pages: [], serials: [{ authorityId: "p1", serial: aSerial("0f") }] };
    await world.plans.writeSelection(plan, other);
    await expect(world.apply(plan, { leaveOutNew: true })).rejects.toMatchObject({ code: "plan.changed" });
    expect(world.applied).toEqual([]);
  });

  test("keeps what the plan names for as long as it may have to be taken back", async () => {
    const world = await aWorld();
    await putCertificate(world.table, 1);
    const plan = await world.make(anOrder(acme, { action: "hold" }));
    const lives = async () =>
      (await rowsOf(world.table, `PLAN#${plan.id}`))
        .filter(({ sk }) => String(sk).startsWith("PART#"))
        .map(({ expiresAtSeconds }) => expiresAtSeconds);
    expect(await lives()).toEqual([plan.expiresAt.getTime() / 1_000 + 30 * 86_400]);
    await world.apply(plan);
    expect(await lives()).toEqual([undefined]);
  });
});
