// What is remembered is as old as it may be and no older, and a failure is never remembered.
import { describe, expect, it } from "vitest";
import { remember } from "#core/remember.ts";
import { handClock } from "#support/fixed-time.ts";

function aWorld(keeps?: (answer: number) => boolean) {
  const clock = handClock();
  const reads: string[] = [];
  const recall = remember(
    async key => {
      reads.push(key);
      if (key === "broken") throw new Error("the read failed");
      return reads.length;
    },
    { keepMs: 1_000, now: clock.now },
    keeps,
  );
  return { clock, reads, recall };
}

describe("an answer", () => {
  it("is given again for as long as it is kept, and read again a moment later", async () => {
    const { clock, recall } = aWorld();
    expect(await recall("a")).toBe(1);
    clock.forward(1_000);
    expect(await recall("a")).toBe(1);
    clock.forward(1);
    expect(await recall("a")).toBe(2);
  });

  it("is read once by calls that come at once", async () => {
    const { recall } = aWorld();
    expect(await Promise.all([recall("a"), recall("a"), recall("b")])).toEqual([1, 1, 2]);
  });

  it("is read again when the clock was set back", async () => {
    const { clock, recall } = aWorld();
    await recall("a");
    clock.forward(-1);
    expect(await recall("a")).toBe(2);
  });

  it("is not kept when it says no", async () => {
    const { recall } = aWorld(answer => answer > 1);
    expect([await recall("a"), await recall("a"), await recall("a")]).toEqual([1, 2, 2]);
  });

  it("is read anew when that is asked for, and kept from then on", async () => {
    const { recall } = aWorld();
    await recall("a");
    expect([await recall.anew("a"), await recall("a")]).toEqual([2, 2]);
  });

  it("makes room for others: 256 keys are kept", async () => {
    const { recall, reads } = aWorld();
    for (let key = 0; key <= 256; key += 1) await recall(String(key));
    await recall("1");
    expect(reads).toHaveLength(257);
    await recall("0");
    expect(reads).toHaveLength(258);
  });
});

describe("a failure", () => {
  it("is passed on and tried again at once", async () => {
    const { recall, reads } = aWorld();
    await expect(recall("broken")).rejects.toThrow("the read failed");
    await expect(recall("broken")).rejects.toThrow("the read failed");
    expect(reads).toHaveLength(2);
  });
});
