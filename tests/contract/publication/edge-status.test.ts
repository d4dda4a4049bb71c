// The edge's status row: older never overwrites newer, the halves do not disturb each other, and nothing wakes for it.
import { afterAll, beforeAll, expect, it } from "vitest";
import { keys } from "#aws/registry/table.ts";
import type { Publication } from "#core/publication/edge-status.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { fromNoon } from "#support/fixed-time.ts";
import { startEngine, startWorld, type World } from "./publication-world.ts";

let engine: RunningServer;
let world: World;
beforeAll(async () => {
  engine = await startEngine();
  world = await startWorld(engine);
});
afterAll(async () => {
  await world.stop();
  await engine.stop();
});

const publicationAt = (ms: number): Publication => ({
  at: fromNoon(ms),
  totalBytes: ms,
  keyCount: 1,
  limitBytes: 5_000_000,
});
const found = { count: 1, keys: ["m1.0"] };
const runAt = (ms: number) => ({
  id: `run-${ms}`,
  startedAt: fromNoon(0),
  finishedAt: fromNoon(ms),
  keysCompared: 3,
  differences: { missing: found, altered: found, extra: found, coarse: found },
  inFlight: 0,
  keysWritten: 4,
  storeFull: false,
});

it("is empty at first", async () => {
  expect(await world.deps.status.readEdgeStatus()).toEqual({});
});

it("keeps the newest publication and the newest run, in whatever order they are written", async () => {
  const { status } = world.deps;
  for (const ms of [20, 30, 10]) await status.recordPublication(publicationAt(ms));
  for (const ms of [7, 9, 8]) await status.recordReconciliation(runAt(ms));
  expect(await status.readEdgeStatus()).toEqual({
    publication: publicationAt(30),
    reconciliation: {
      ...runAt(9),
      differences: {
        missing: { count: 1 },
        altered: { count: 1 },
        extra: { count: 1 },
        coarse: { count: 1 },
      },
    },
  });
});

it("keeps where a run stopped, and forgets it when a later one did not", async () => {
  const { status } = world.deps;
  await status.recordReconciliation({ ...runAt(20), stoppedAfter: "m1.3e7" });
  expect((await status.readEdgeStatus()).reconciliation?.stoppedAfter).toBe("m1.3e7");
  await status.recordReconciliation(runAt(21));
  expect((await status.readEdgeStatus()).reconciliation?.stoppedAfter).toBeUndefined();
});

it("has a key that no stream trigger listens to", () => {
  expect(keys.edgeStatus.pk).not.toMatch(/^(PAGE|ORDERS|SERIALS|OUTBOX)#/);
  expect(keys.edgeStatus.sk).not.toMatch(/^(AUTHORITY|ORDER|SERIAL)#/);
});
