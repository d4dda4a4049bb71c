// The CA's rate is kept, whatever the number of workers; what is free is used; nobody waits behind those who come later.
import { describe, expect, it } from "vitest";
import { issuePermits } from "#core/issuance/permits.ts";
import type { IssuePermits, PermitNeed } from "#core/issuance/ports.ts";
import { permitsPerWindow, windowMs, windowOf } from "#core/issuance/rate-window.ts";
import { type FakeRateWindows, fakeRateWindows } from "./fake-rate-windows.ts";
import { type SimulatedTime, seededRandom, simulatedTime } from "./simulated-time.ts";

type World = {
  readonly time: SimulatedTime;
  readonly windows: FakeRateWindows;
  /** Another worker at the same counters. */
  readonly worker: () => IssuePermits;
};

function aWorld(issuePerSecond = 25): World {
  const time = simulatedTime();
  const windows = fakeRateWindows();
  const random = seededRandom(7);
  const { now, sleep } = time;
  return { time, windows, worker: () => issuePermits(windows, { issuePerSecond, now, sleep, random }) };
}

const fromCall: PermitNeed = { tenant: "acme", purpose: "enrol", from: "call", waitMs: 0 };
const fromQueue: PermitNeed = { ...fromCall, from: "queue" };

/** When each of the permits was there, in milliseconds; `undefined` for one that did not come in time. */
function waits({ time }: World, takes: readonly Promise<unknown>[]): Promise<(number | undefined)[]> {
  const start = time.now().getTime();
  return Promise.all(
    takes.map(async take => ((await take) === undefined ? undefined : time.now().getTime() - start)),
  );
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

describe("a window", () => {
  it.each([
    [25, 12],
    [5, 2],
    [2, 1],
    [1, 1],
    [100_000, 50_000],
  ])("of a CA that issues %d a second has %d permits", (rate, permits) => {
    expect(permitsPerWindow(rate)).toBe(permits);
  });

  it("gives out its last permit and none after it, to any number of workers", async () => {
    const world = aWorld();
    const taken = await Promise.all(times(30, () => world.worker().take(fromCall)));
    expect(taken.filter(permit => permit !== undefined)).toHaveLength(12);
  });

  it("of which a crowd in one worker wants some costs one write", async () => {
    const world = aWorld();
    const worker = world.worker();
    const taken = await Promise.all(times(10, () => worker.take(fromQueue)));
    expect(taken.every(permit => permit !== undefined)).toBe(true);
    expect(world.windows.calls.takes).toBeLessThanOrEqual(2);
  });

  it("takes a permit back that was not used", async () => {
    const world = aWorld(2);
    const worker = world.worker();
    const permit = await worker.take(fromCall);
    expect(await worker.take(fromCall)).toBeUndefined();
    if (permit !== undefined) worker.giveBack(permit);
    expect(await worker.take(fromCall)).toEqual(permit);
  });

  it("that is past makes its permits stale, one window later at the latest", async () => {
    const world = aWorld();
    const worker = world.worker();
    const permit = (await worker.take(fromCall)) ?? { window: 0 };
    await world.time.pass(2 * windowMs - 1);
    expect(worker.isFresh(permit)).toBe(true);
    await world.time.pass(1);
    expect(worker.isFresh(permit)).toBe(false);
  });
});

it("a worker that issues steadily takes its permits in chunks while the rate is far from used up", async () => {
  const world = aWorld(1_000);
  const worker = world.worker();
  for (let at = 0; at < 500; at += 1) {
    expect(await worker.take(fromCall)).toBeDefined();
    await world.time.pass(20);
  }
  expect(world.windows.calls.takes).toBeLessThan(500 / 8);
});

describe("when the window is used up", () => {
  async function used(): Promise<World> {
    const world = aWorld();
    await world.windows.take(windowOf(world.time.now()), 12, 12);
    return world;
  }

  it("a call that may not wait is told at once, and nothing is booked", async () => {
    const world = await used();
    expect(await world.worker().take(fromCall)).toBeUndefined();
    expect(world.windows.calls.books).toBe(0);
  });

  it("a call books a permit of the next one, and a crowd at its opening cannot take that", async () => {
    const world = await used();
    const call = waits(world, [world.worker().take({ ...fromCall, waitMs: 1_500 })]);
    await world.time.pass(windowMs - 1);
    const crowd = times(20, () => world.worker().take({ ...fromQueue, waitMs: 1 }));
    await world.time.pass(200);
    expect((await call)[0]).toBe(windowMs);
    expect((await Promise.all(crowd)).filter(permit => permit !== undefined).length).toBeLessThanOrEqual(11);
  });

  it("a tenant books a quarter of the next one, and another tenant still finds room", async () => {
    const world = await used();
    const crowd = times(12, () => world.worker().take({ ...fromCall, waitMs: windowMs }));
    const other = world.worker().take({ ...fromCall, tenant: "zenith", waitMs: windowMs });
    await world.time.pass(0);
    expect(world.windows.taken.get(windowOf(world.time.now()) + 1)).toBe(4);
    await world.time.pass(2 * windowMs);
    expect(await other).toBeDefined();
    await Promise.all(crowd);
  });

  it("renewals book up to three quarters of three windows, past all enrolments", async () => {
    const world = await used();
    const need: PermitNeed = { ...fromQueue, purpose: "renew", waitMs: 3 * windowMs };
    const renewals = waits(
      world,
      times(27, () => world.worker().take(need)),
    );
    await world.time.pass(0);
    const crowd = times(60, () => world.worker().take({ ...fromCall, waitMs: 3 * windowMs }));
    await world.time.pass(4 * windowMs);
    const waited = await renewals;
    expect([500, 1_000, 1_500].map(ms => waited.filter(wait => wait === ms).length)).toEqual([9, 9, 9]);
    expect((await Promise.all(crowd)).filter(permit => permit !== undefined)).toHaveLength(9);
  });

  it("whoever waits in vain is told when the time given is over, a tenth of a window later at most", async () => {
    const world = aWorld(2);
    for (let ahead = 0; ahead < 10; ahead += 1)
      await world.windows.take(windowOf(world.time.now()) + ahead, 1, 1);
    const call = world.worker().take({ ...fromCall, waitMs: 1_500 });
    await world.time.pass(1_550);
    expect(await call).toBeUndefined();
  });
});

describe("a CA that fails", () => {
  it("is asked no more for a second, then by one, then twice as long later", async () => {
    const world = aWorld();
    const worker = world.worker();
    await worker.take(fromCall);
    worker.caFailed();
    expect(await worker.take(fromCall)).toBeUndefined();
    await world.time.pass(1_250);
    expect(await worker.take(fromCall)).toBeDefined();
    expect(await worker.take(fromCall)).toBeUndefined();
    worker.caFailed();
    await world.time.pass(1_490);
    expect(await worker.take(fromCall)).toBeUndefined();
    await world.time.pass(1_010);
    expect(await worker.take(fromCall)).toBeDefined();
  });

  it("is asked at the full rate again with its first answer", async () => {
    const world = aWorld();
    const worker = world.worker();
    worker.caFailed();
    await world.time.pass(1_250);
    await worker.take(fromCall);
    worker.caAnswered();
    const taken = await Promise.all(times(11, () => worker.take(fromCall)));
    expect(taken.every(permit => permit !== undefined)).toBe(true);
  });

  it("is asked about twice a minute by each worker of an outage of 43 minutes", async () => {
    const world = aWorld();
    const worker = world.worker();
    let asks = 0;
    const end = world.time.now().getTime() + 43 * 60_000;
    const loop = async (): Promise<void> => {
      while (world.time.now().getTime() < end) {
        if ((await worker.take({ ...fromQueue, waitMs: 15_000 })) === undefined) continue;
        asks += 1;
        await world.time.sleep(100);
        worker.caFailed();
      }
    };
    const running = Promise.all(times(10, loop));
    await world.time.pass(43 * 60_000 + 60_000);
    await running;
    expect(asks).toBeGreaterThan(43);
    expect(asks).toBeLessThan(43 * 3);
  });

  it("gets the next one to try when the first has died", async () => {
    const world = aWorld();
    const worker = world.worker();
    worker.caFailed();
    await world.time.pass(1_250);
    await worker.take(fromCall);
    await world.time.pass(14_000);
    expect(await worker.take(fromCall)).toBeUndefined();
    await world.time.pass(1_000);
    expect(await worker.take(fromCall)).toBeDefined();
  });
});
