// Nobody asks the CA without a permit, the attempt's time begins with the ask, and a used-up CA is asked no more: what
// it is known to hold nothing of goes on under the next authority, what it may hold is searched first.
import { describe, expect, it } from "vitest";
import { advanceEnrolment } from "#core/enrolment/advance.ts";
import { AppError } from "#core/error.ts";
import { fromNoon, minuteMs } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { anEnrolmentWorld, type World } from "./fake-enrolment-world.ts";

const turn = { requestId: "request-1", from: "queue", permitWaitMs: 0 } as const;
const advance = ({ deps, registry }: World, parts = {}) =>
  advanceEnrolment(deps, registry.row(), { ...turn, ...parts });
const usedUp = new AppError("ca.exhausted", { retryAfterSeconds: 300 });

async function aQueuedWorld(): Promise<World> {
  const world = await anEnrolmentWorld();
  world.registry.change({ attempt: 0 });
  return world;
}

describe("an enrolment that was never asked for", () => {
  it("waits without a permit: nothing is asked, nothing is recorded, and it is accepted", async () => {
    const world = await aQueuedWorld();
    world.issuance.left = 0;
    const { version } = world.registry.row();
    expect(await advance(world)).toMatchObject({ kind: "pending", state: "accepted", isSearched: false });
    expect([world.ca.asks.length, world.registry.row().version]).toEqual([0, version]);
    expect(world.issuance.told).toEqual(["no permit to enrol"]);
  });

  it("begins its attempt with its permit, however long it has waited", async () => {
    const world = await aQueuedWorld();
    world.clock.forward(43 * minuteMs);
    expect(await advance(world)).toMatchObject({ kind: "issued" });
    expect(world.registry.row()).toMatchObject({ attempt: 1, attemptStartedAt: fromNoon(43 * minuteMs) });
    expect([world.ca.asks.length, world.ca.searches.count]).toEqual([1, 0]);
  });

  it("is asked for once when two deliveries race, and the second permit is given back", async () => {
    const world = await aQueuedWorld();
    world.issuance.left = 2;
    const row = world.registry.row();
    const both = await Promise.all([
      advanceEnrolment(world.deps, row, turn),
      advanceEnrolment(world.deps, row, turn),
    ]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(["issued", "pending"]);
    expect([world.ca.asks.length, world.issuance.left]).toEqual([1, 1]);
  });
});

it("an attempt whose answer was lost is asked again with a permit only", async () => {
  const world = await anEnrolmentWorld();
  world.issuance.left = 0;
  expect(await advance(world)).toMatchObject({ kind: "pending", state: "issuing" });
  expect(world.ca.asks).toEqual([]);
  world.issuance.left = 1;
  expect(await advance(world)).toMatchObject({ kind: "issued" });
});

it("a failing CA makes the next asks rare, an answering one does not", async () => {
  const world = await anEnrolmentWorld();
  world.ca.askFails = new AppError("ca.unavailable", { retryAfterSeconds: 10 });
  await advance(world);
  expect(world.issuance.failures).toBe(1);
  world.ca.askFails = new AppError("ca.request_rejected", { reason: "MalformedCSRException" });
  await expect(advance(world)).rejects.toMatchObject({ code: "enrolment.failed" });
  expect(world.issuance.failures).toBe(1);
});

describe("a CA that has used up its certificates", () => {
  const second = anAuthority({
    id: "m2",
    caArn: "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/2",
  });

  it("is recorded once, with its alarm, and the enrolment moves to the next authority with a slot of it", async () => {
    const world = await aQueuedWorld();
    world.authorities.push(second);
    world.ca.askFails = usedUp;
    world.issuance.left = 1;
    expect(await advance(world)).toMatchObject({ kind: "pending", state: "accepted" });
    expect(world.registry.row()).toMatchObject({ authorityId: "m2", slot: 7, attempt: 2, fruitless: true });
    expect(world.issuance.told).toEqual(["m1 is used up", "no permit to enrol"]);
    expect(world.registry.audits.map(({ action }) => action)).toEqual([
      "authority.exhausted",
      "enrolment.moved",
    ]);

    world.ca.askFails = undefined;
    world.issuance.left = 1;
    await advance(world).catch(() => undefined);
    expect(world.ca.asks.map(({ authority }) => authority.caArn)).toEqual([
      expect.not.stringContaining("authority/2"),
      second.caArn,
    ]);
    expect(world.registry.row()).toMatchObject({ attempt: 3 });
  });

  it("without another authority is refused, the enrolment open and nothing of it outstanding", async () => {
    const world = await aQueuedWorld();
    world.ca.askFails = usedUp;
    await expect(advance(world)).rejects.toMatchObject({ code: "ca.exhausted" });
    expect(world.registry.row()).toMatchObject({ state: "accepted", attempt: 1, fruitless: true });
    await expect(advance(world)).rejects.toMatchObject({ code: "ca.exhausted" });
    expect(world.ca.asks).toHaveLength(1);

    const [first] = world.authorities;
    if (first !== undefined) world.authorities[0] = { ...first, exhaustedAt: undefined };
    world.ca.askFails = undefined;
    world.ca.ledger.clear();
    expect(await advance(world)).toMatchObject({ kind: "issued" });
    expect(world.registry.row()).toMatchObject({ attempt: 2 });
    expect(world.registry.row()).not.toHaveProperty("fruitless");
  });

  it("moves nothing that an earlier ask may have brought a certificate for, until its records prove otherwise", async () => {
    const world = await anEnrolmentWorld();
    world.authorities.push(second);
    world.ca.askFails = usedUp;
    expect(await advance(world)).toMatchObject({ kind: "pending", state: "issuing", isSearched: true });
    expect(world.registry.row()).toMatchObject({ authorityId: "m1", attempt: 1 });
    expect(world.registry.row()).not.toHaveProperty("fruitless");

    world.clock.forward(4 * minuteMs);
    world.ca.found = { kind: "absent" };
    world.issuance.left = 0;
    expect(await advance(world)).toMatchObject({ kind: "pending", state: "accepted" });
    expect(world.registry.row()).toMatchObject({ authorityId: "m2", attempt: 2, fruitless: true });
  });

  it("has an enrolment of the very call that recorded it moved at once", async () => {
    const world = await anEnrolmentWorld();
    world.authorities.push(second);
    world.ca.askFails = usedUp;
    world.issuance.left = 1;
    expect(await advance(world, { isFirstAsk: true })).toMatchObject({ kind: "pending", state: "accepted" });
    expect(world.registry.row()).toMatchObject({ authorityId: "m2", fruitless: true });
  });
});

it("an enrolment that waits moves on from an authority that no longer issues", async () => {
  const world = await aQueuedWorld();
  const [first] = world.authorities;
  if (first !== undefined) world.authorities[0] = { ...first, state: "draining" };
  world.authorities.push(anAuthority({ id: "m2" }));
  world.issuance.left = 0;
  await advance(world);
  expect(world.registry.row()).toMatchObject({ authorityId: "m2", attempt: 1, fruitless: true });
});

it("an enrolment of a lot that was revoked while it waited fails, and nobody is asked", async () => {
  const world = await aQueuedWorld();
  const [first] = world.authorities;
  if (first !== undefined) world.authorities[0] = { ...first, state: "draining" };
  const take = async () => {
    throw new AppError("lot.revoked", { lot: "lot-1" });
  };
  const deps = { ...world.deps, slots: { ...world.deps.slots, take } };
  await expect(advanceEnrolment(deps, world.registry.row(), turn)).rejects.toMatchObject({
    code: "enrolment.failed",
  });
  expect(world.registry.row().state).toBe("failed");
  expect(world.ca.asks).toEqual([]);
});
