// The recovery job carries on what was left open, whatever stands before it, and leaves to others what they have in hand.
import { describe, expect, it } from "vitest";
import type { RecordedEnrolment } from "#core/enrolment/ports.ts";
import { type ResumeDeps, resumeEnrolments } from "#core/issuance/resume.ts";
import { tryExhaustedAgain } from "#core/issuance/try-again.ts";
import { fromNoon, minuteMs } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { anEnrolmentWorld, type World } from "../enrolment/fake-enrolment-world.ts";

type Listed = { readonly kind: string; readonly before: Date };

/** The world's one enrolment is on the `kind` list, behind `others`. */
function depsOf(world: World, kind: "OPEN" | "QUEUED", others: readonly RecordedEnrolment[] = []) {
  const listed: Listed[] = [];
  const errors: string[] = [];
  const deps: ResumeDeps = {
    ...world.deps,
    listOpen: async function* (wanted, before) {
      listed.push({ kind: wanted, before });
      if (wanted !== kind) return;
      for (const other of others) yield [other];
      if (world.registry.row().createdAt < before) yield [world.registry.row()];
    },
    onError: id => void errors.push(id),
  };
  return { deps, listed, errors };
}

describe("an enrolment that was asked for", () => {
  it("is carried on fifteen seconds after it was", async () => {
    const world = await anEnrolmentWorld();
    const { deps } = depsOf(world, "OPEN");
    world.clock.forward(14_999);
    expect(await resumeEnrolments(deps, "run-1")).toEqual({ issued: 0, pending: 0, failed: 0 });
    world.clock.forward(2);
    expect(await resumeEnrolments(deps, "run-2")).toEqual({ issued: 1, pending: 0, failed: 0 });
  });

  it("a moment ago, after a long wait, is left to whoever did", async () => {
    const world = await anEnrolmentWorld();
    world.clock.forward(60 * minuteMs);
    world.registry.change({ attemptStartedAt: world.clock.now() });
    const { deps } = depsOf(world, "OPEN");
    expect(await resumeEnrolments(deps, "run-1")).toEqual({ issued: 0, pending: 0, failed: 0 });
  });

  it("is reached behind hundreds that wait for the CA's report, which is asked for once", async () => {
    const world = await anEnrolmentWorld();
    world.clock.forward(10 * minuteMs);
    const stuck = { ...world.registry.row() };
    world.registry.change({ certificateArn: "arn:asked", state: "issuing" });
    const { deps } = depsOf(
      world,
      "OPEN",
      Array.from({ length: 300 }, () => stuck),
    );
    expect(await resumeEnrolments(deps, "run-1")).toEqual({ issued: 0, pending: 301, failed: 0 });
    expect(world.ca.searches.count).toBe(1);
  });

  it("that meets a bug is told, and holds up nobody", async () => {
    const world = await anEnrolmentWorld();
    world.clock.forward(minuteMs);
    world.ca.askFails = new Error("a bug");
    const { deps, errors } = depsOf(world, "OPEN");
    expect(await resumeEnrolments(deps, "run-1")).toEqual({ issued: 0, pending: 0, failed: 1 });
    expect(errors).toEqual(["enr_1"]);
  });
});

describe("an enrolment that waits", () => {
  it.each([
    {
      depth: 5,
      afterMs: 30 * minuteMs,
      issued: 0,
      name: "is left to a queue that has messages for half an hour",
    },
    { depth: 5, afterMs: 30 * minuteMs + 1, issued: 1, name: "is taken up after that" },
    {
      depth: 0,
      afterMs: 15_001,
      issued: 1,
      name: "is taken up after fifteen seconds from a queue that is empty",
    },
  ])("$name", async ({ depth, afterMs, issued }) => {
    const world = await anEnrolmentWorld();
    world.registry.change({ attempt: 0 });
    world.issuance.depth = depth;
    world.clock.forward(afterMs);
    const { deps } = depsOf(world, "QUEUED");
    expect((await resumeEnrolments(deps, "run-1")).issued).toBe(issued);
  });
});

describe("an authority that is used up", () => {
  const tryAgain = async (
    parts: Parameters<typeof anAuthority>[0],
    others: readonly ReturnType<typeof anAuthority>[] = [],
  ) => {
    const cleared: string[] = [];
    const authorities = {
      listAuthorities: async () => [anAuthority(parts), ...others],
      clearExhausted: async (id: string) => cleared.push(id) > 0,
    };
    await tryExhaustedAgain({ authorities, now: () => fromNoon(0) }, "run-1");
    return cleared;
  };
  const exhaustedAt = fromNoon(-10 * minuteMs);

  it("is tried again after ten minutes, and no sooner", async () => {
    expect(await tryAgain({ exhaustedAt })).toEqual(["m1"]);
    expect(await tryAgain({ exhaustedAt: fromNoon(-10 * minuteMs + 1) })).toEqual([]);
  });

  it("is left alone while another issues, or when it is not active", async () => {
    expect(await tryAgain({ exhaustedAt }, [anAuthority({ id: "m2" })])).toEqual([]);
    expect(await tryAgain({ exhaustedAt, state: "draining" })).toEqual([]);
  });
});
