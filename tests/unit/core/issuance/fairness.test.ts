// A minute of overload in simulated time (threat A6): one tenant asks for ten times the rate, another for a little, and
// devices renew. The CA is Private CA with its bucket; workers and calls share nothing but the counters.
import { beforeAll, describe, expect, it } from "vitest";
import { issuePermits } from "#core/issuance/permits.ts";
import type { PermitNeed } from "#core/issuance/ports.ts";
import { tokenBucket } from "#local/wire/token-bucket.ts";
import { fakeRateWindows } from "./fake-rate-windows.ts";
import { seededRandom, simulatedTime } from "./simulated-time.ts";

const minuteMs = 60_000;
const permitWaitMs = 1_500;

type Done = {
  readonly tenant: string;
  readonly purpose: string;
  readonly waitedMs: number;
  readonly queued: boolean;
};

async function aMinuteOfOverload() {
  const time = simulatedTime();
  const random = seededRandom(20_260_301);
  const windows = fakeRateWindows();
  const bucket = tokenBucket(time, 25);
  const aWorker = () =>
    issuePermits(windows, { issuePerSecond: 25, now: time.now, sleep: time.sleep, random });
  const idle: ReturnType<typeof aWorker>[] = [];
  const queue: { readonly need: PermitNeed; readonly since: number }[] = [];
  const done: Done[] = [];
  let throttled = 0;

  // From permit to ask: the intent is written in between.
  async function ask({ tenant, purpose, from }: PermitNeed, since: number): Promise<void> {
    const waitedMs = time.now().getTime() - since;
    await time.sleep(20 + random() * 80);
    if (!bucket.take()) throttled += 1;
    done.push({ tenant, purpose, waitedMs, queued: from === "queue" });
  }

  // One call at a time for each sandbox, as on Lambda.
  async function call(need: PermitNeed): Promise<void> {
    const since = time.now().getTime();
    const sandbox = idle.pop() ?? aWorker();
    const permit = (await sandbox.take({ ...need, waitMs: 0 })) ?? (await waitsFor(sandbox, need));
    if (permit === undefined) queue.push({ need: { ...need, from: "queue", waitMs: 15_000 }, since });
    else await ask(need, since);
    idle.push(sandbox);
  }

  const waitsFor = (sandbox: ReturnType<typeof aWorker>, need: PermitNeed) =>
    sandbox.isCrowded(need.tenant) && need.purpose === "enrol" ? undefined : sandbox.take(need);

  async function work(): Promise<void> {
    const sandbox = aWorker();
    for (;;) {
      const batch = queue.splice(0, 10);
      if (batch.length === 0) await time.sleep(20);
      await Promise.all(
        batch.map(async ({ need, since }) => {
          if ((await sandbox.take(need)) === undefined) queue.push({ need, since });
          else await ask(need, since);
        }),
      );
    }
  }

  async function arrive(perSecond: number, need: Pick<PermitNeed, "tenant" | "purpose">): Promise<void> {
    for (;;) {
      await time.sleep((1_000 / perSecond) * 2 * random());
      void call({ ...need, from: "call", waitMs: permitWaitMs });
    }
  }

  for (let at = 0; at < 4; at += 1) void work();
  void arrive(250, { tenant: "flood", purpose: "enrol" });
  void arrive(2, { tenant: "quiet", purpose: "enrol" });
  void arrive(3, { tenant: "flood", purpose: "renew" });
  await time.pass(minuteMs);
  return { done, throttled, windows };
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN;
}

describe("a tenant that asks for ten times the rate for a minute", () => {
  let minute: Awaited<ReturnType<typeof aMinuteOfOverload>>;
  beforeAll(async () => {
    minute = await aMinuteOfOverload();
  }, 60_000);

  const of = (tenant: string, purpose: string) =>
    minute.done.filter(one => one.tenant === tenant && one.purpose === purpose);

  it("never has the CA throttle, and no window gives more than its permits", () => {
    expect(minute.throttled).toBe(0);
    expect(Math.max(...minute.windows.taken.values())).toBeLessThanOrEqual(12);
  });

  it("leaves nothing of the rate unused", () => {
    // 24 a second, but for what is under way at the end and a permit here and there.
    expect(minute.done.length).toBeGreaterThan(0.97 * 24 * 60);
  });

  it("delays another tenant's enrolment by two windows at most, and queues none of them", () => {
    const quiet = of("quiet", "enrol");
    expect(quiet.length).toBeGreaterThan(90);
    expect(quiet.filter(({ queued }) => queued)).toEqual([]);
    expect(p99(quiet.map(({ waitedMs }) => waitedMs))).toBeLessThanOrEqual(1_050);
  });

  it("delays renewals, its own too, by one window", () => {
    const renewals = of("flood", "renew");
    expect(renewals.length).toBeGreaterThan(140);
    expect(renewals.filter(({ queued }) => queued)).toEqual([]);
    expect(p99(renewals.map(({ waitedMs }) => waitedMs))).toBeLessThanOrEqual(550);
  });

  it("has what came first answered from the queue meanwhile", () => {
    expect(of("flood", "enrol").filter(({ queued }) => queued).length).toBeGreaterThan(100);
  });
});
