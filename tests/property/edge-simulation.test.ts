// The publisher among everything that can go wrong around it: late and reordered propagation, crashes before and after any
// call, rivals. The name of a failing test holds the seed that replays it.
import { describe, expect, it } from "vitest";
import type { Defect } from "#support/edge-simulation/publisher.ts";
import { simulate } from "#support/edge-simulation/simulate.ts";

// A second or so each, on a machine that has nothing else to do.
describe("a simulated fleet", { timeout: 60_000 }, () => {
  it.each([1, 2, 3, 4])(
    "of seed %i admits no revoked certificate, refuses no good one, ends without a difference",
    async seed => {
      const run = await simulate({ seed, steps: 25 });
      expect(run.violations).toEqual([]);
      // Something happened: a simulation that asks nothing finds nothing.
      expect(run.handshakes).toBeGreaterThan(5_000);
      expect(run.crashes).toBeGreaterThan(5);
      expect(run.publications).toBeGreaterThan(20);
    },
  );

  it("is the same fleet again from the same seed", async () => {
    expect(await simulate({ seed: 5, steps: 15 })).toEqual(await simulate({ seed: 5, steps: 15 }));
  });

  it.each<[string, Defect]>([
    ["a store that takes writes under an old tag", "stale-writes-succeed"],
    ["a publisher that acknowledges what it died over", "crash-loses-batch"],
  ])("shows %s", async (_name, defect) => {
    let found = 0;
    for (let seed = 1; seed <= 40 && found === 0; seed += 1) {
      const { violations } = await simulate({ seed, steps: 40, defect });
      found = violations.length;
    }
    expect(found).toBeGreaterThan(0);
  });
});
