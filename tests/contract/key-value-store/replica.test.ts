// What an edge location sees: at once without delay, later and in order per key with one, and after a restart.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { movableClock, startSubject } from "./subject.ts";

describe("without a delay", () => {
  it("shows a change as soon as its write is acknowledged, and tells the listeners which keys", async () => {
    const subject = await startSubject();
    const replica = subject.server.replica(subject.arn);
    const applied: string[] = [];
    const stopListening = replica.onApplied(keys => applied.push(...keys));
    await subject.update({ a: "1", b: "2" });
    expect([replica.get("a"), replica.exists("b"), replica.exists("c")]).toEqual(["1", true, false]);
    await subject.update({}, ["a"]);
    expect([replica.get("a"), replica.exists("a"), replica.meta().keyCount]).toEqual([undefined, false, 1]);
    stopListening();
    await subject.put("c", "3");
    expect(applied).toEqual(["a", "b", "a"]);
    await subject.stop();
  });

  it("shows nothing of a refused write", async () => {
    const subject = await startSubject();
    const replica = subject.server.replica(subject.arn);
    await expect(subject.update({ a: "1", b: "x".repeat(1025) })).rejects.toThrow();
    expect([replica.exists("a"), replica.meta().keyCount]).toEqual([false, 0]);
    await subject.stop();
  });
});

describe("with a delay", () => {
  it("keeps showing the old content until exactly the delay has passed", async () => {
    const { clock, advance } = movableClock();
    const subject = await startSubject({ clock, propagationDelayMs: 2000 });
    const replica = subject.server.replica(subject.arn);
    await subject.put("k", "new");
    advance(1999);
    expect(replica.get("k")).toBeUndefined();
    expect(replica.meta().lastUpdatedDateTime).toBe("2026-01-01T00:00:00.000Z");
    advance(1);
    expect(replica.get("k")).toBe("new");
    await subject.stop();
  });

  it("never lets a later change of a key be overtaken by an earlier one, while other keys may overtake", async () => {
    const { clock, advance } = movableClock();
    const delays = [3000, 1000, 500];
    const subject = await startSubject({ clock, propagationDelayMs: () => delays.shift() ?? 0 });
    const replica = subject.server.replica(subject.arn);
    await subject.put("k", "first");
    await subject.put("k", "second");
    await subject.put("other", "1");
    advance(1000);
    expect([replica.get("k"), replica.get("other")]).toEqual([undefined, "1"]);
    advance(1999);
    expect(replica.get("k")).toBeUndefined();
    advance(1);
    expect(replica.get("k")).toBe("second");
    await subject.stop();
  });

  it("tells listeners without being read, once the time has come", async () => {
    const { clock, advance } = movableClock();
    const subject = await startSubject({ clock, propagationDelayMs: 60_000 });
    const replica = subject.server.replica(subject.arn);
    const applied = new Promise(resolve => replica.onApplied(resolve));
    await subject.put("k", "v");
    advance(60_000);
    expect(await applied).toEqual(["k"]);
    await subject.stop();
  });

  it("starts a new location from what is acknowledged", async () => {
    const { clock } = movableClock();
    const subject = await startSubject({ clock, propagationDelayMs: 60_000 });
    await subject.put("k", "v");
    expect(subject.server.replica(subject.arn).get("k")).toBe("v");
    await subject.stop();
  });
});

it("keeps ARN, content, ETag and counts across a restart, and the replica starts from them", async () => {
  const stateDirectory = await mkdtemp(join(tmpdir(), "kvs-"));
  const before = await startSubject({ stateDirectory, propagationDelayMs: 60_000 });
  const written = await before.update({ a: "1", b: "2" });
  await before.stop();
  const after = await startSubject({ stateDirectory });
  expect(after.arn).toBe(before.arn);
  expect(await after.etag()).toBe(written.ETag);
  expect(after.server.replica(after.arn).get("b")).toBe("2");
  expect(await after.put("c", "3")).toMatchObject({ ItemCount: 3, TotalSizeInBytes: 6 });
  await after.stop();
  await rm(stateDirectory, { recursive: true });
});
