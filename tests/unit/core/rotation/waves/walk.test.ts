// The walk over what a rotation covers, the count before it, and who may begin one.
import { describe, expect, test } from "vitest";
import type { Caller } from "#core/caller.ts";
import type { ListedRow, Segment } from "#core/listing/listing.ts";
import { labelOf } from "#core/listing/segments.ts";
import { changeRotation } from "#core/rotation/waves/change-rotation.ts";
import { countCovered } from "#core/rotation/waves/count-covered.ts";
import type { RotationSelector, WalkPlace } from "#core/rotation/waves/rotation.ts";
import { startRotation } from "#core/rotation/waves/start-rotation.ts";
import { segmentsFor, walkToRows } from "#core/rotation/waves/walk.ts";
import { handClock, noon } from "#support/fixed-time.ts";
import { aCertificate, anAuthority } from "#support/records.ts";
import { aRotation } from "./a-rotation.ts";

/** A registry whose months hold as many certificates as they are given; each read takes a while. */
function aRegistry(rowsOf: Readonly<Record<string, number>>, readMs = 0) {
  const clock = handClock();
  let reads = 0;
  const registry = {
    listAuthorities: async () => [anAuthority()],
    readLotBlocks: async () => [],
    readSegment: async (segment: Segment, after: string | undefined, limit: number) => {
      reads += 1;
      clock.forward(readMs);
      const from = after === undefined ? 0 : Number(after) + 1;
      const count = rowsOf[labelOf(segment)] ?? 0;
      const rows: ListedRow[] = [];
      for (let at = from; at < count && rows.length < limit; at += 1) {
        rows.push({ position: String(at), certificate: aCertificate() });
      }
      return { rows, ended: from + rows.length >= count };
    },
  };
  return { registry, now: clock.now, reads: () => reads };
}

const months = { "2026-03": 3, "2025-11": 2, "2025-01": 1 };
const rotation = aRotation();

async function walked(world: ReturnType<typeof aRegistry>, limit: number): Promise<readonly number[]> {
  const segments = await segmentsFor(world.registry, rotation);
  const counts: number[] = [];
  let place: WalkPlace | undefined;
  for (let more = true; more; ) {
    const step = await walkToRows(world.registry, segments, place, limit);
    counts.push(step.rows.length);
    place = step.next;
    more = place !== undefined;
  }
  return counts;
}

describe("the walk", () => {
  test.each([
    ["two at a time", 2, [2, 1, 2, 1]],
    ["all of a month", 100, [3, 2, 1]],
  ])("comes by every certificate once, %s, and skips empty months", async (_what, limit, counts) => {
    expect(await walked(aRegistry(months), limit)).toEqual(counts);
  });

  test("ends when there is nothing at all", async () => {
    expect(await walked(aRegistry({}), 2)).toEqual([0]);
  });
});

describe("the count", () => {
  const count = async (world: ReturnType<typeof aRegistry>) =>
    countCovered(world, await segmentsFor(world.registry, rotation));

  test("comes by all", async () => {
    const { byState, isComplete } = await count(aRegistry(months));
    expect([byState.active, isComplete]).toEqual([6, true]);
  });

  test("is broken off, and says so, before its call would be", async () => {
    const { byState, isComplete } = await count(aRegistry(months, 4_000));
    expect(isComplete).toBe(false);
    expect(byState.active).toBeLessThan(6);
  });
});

describe("who may", () => {
  const settings = {
    waveSize: 1,
    pauseSeconds: 0,
    deadlineSeconds: 60,
    abortThresholdPercent: 0,
    reason: "incident 7",
  };
  const begin = (caller: Caller, selector: RotationSelector) => {
    const { registry, now } = aRegistry({});
    const insertRotation = async () => ({ kind: "inserted" }) as const;
    const deps = { registry: { ...registry, insertRotation }, now };
    return startRotation(deps, { caller, selector, settings, apply: true, requestId: "request-1" });
  };
  const operator = (...scopes: Extract<Caller, { kind: "operator" }>["scopes"]): Caller => ({
    kind: "operator",
    subject: "ada",
    scopes,
  });
  const authority = { kind: "authority", authorityId: "m1" } as const;

  test("begin one of a tenant: an operator who may write certificates", async () => {
    const tenant = { kind: "tenant", tenant: "acme" } as const;
    await expect(begin(operator("certificates:write"), tenant)).resolves.toBeDefined();
    await expect(begin(operator("certificates:read"), tenant)).rejects.toMatchObject({
      code: "caller.forbidden",
    });
  });

  test("begin one of an authority: an operator who may write authorities too", async () => {
    await expect(
      begin(operator("certificates:write", "authorities:write"), authority),
    ).resolves.toBeDefined();
    for (const scope of ["certificates:write", "authorities:write"]) {
      await expect(begin(operator(scope), authority)).rejects.toMatchObject({ code: "caller.forbidden" });
    }
  });

  test("abort one of an authority: nobody who may not begin it", async () => {
    const registry = {
      readRotation: async () => aRotation({ selector: authority }),
      save: async () => undefined,
    };
    const input = { id: rotation.id, change: "abort", requestId: "request-1" } as const;
    const abort = (...scopes: readonly string[]) =>
      changeRotation({ registry, now: () => noon }, { ...input, caller: operator(...scopes) });
    await expect(abort("certificates:write")).rejects.toMatchObject({ code: "caller.forbidden" });
    // Whoever may, and loses to the job each time, is asked to come again.
    await expect(abort("certificates:write", "authorities:write")).rejects.toMatchObject({
      code: "registry.busy",
    });
  });
});
