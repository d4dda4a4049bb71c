// The sweep's trigger: when it starts itself again, and when it leaves the rest to the schedule.
import type { Context } from "aws-lambda";
import { describe, expect, test } from "vitest";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import { profiles } from "#core/profile/profile.ts";
import type { DueChange } from "#core/rotation/due-change.ts";
import { sweepDueJob } from "#functions/job/sweep-due.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate } from "#support/records.ts";

/** One bucket a day, with so many certificates due in it; `writes` says whether writing them succeeds. */
function aWorld(due: number, { writes }: { readonly writes: boolean }) {
  const started: OutgoingEvent[] = [];
  const now = (): Date => fromNoon(330 * dayMs);
  const ids = Array.from({ length: due }, (_, index) => `m1-${index}`);
  const deps = {
    registry: {
      shardsPerDay: 1,
      readCheckpoint: async () => now().toISOString().slice(0, 10),
      firstDay: async () => undefined,
      saveCheckpoint: async () => undefined,
      async *listDue() {
        yield ids;
      },
      readDue: async (asked: readonly string[]) =>
        asked.map(() => ({ certificate: aCertificate(), dueAt: noon })),
      readCertificates: async () => [],
      recordDue: async (changes: readonly DueChange[]) => (writes ? changes : []),
      recordResume: async () => true,
      recordRevocation: async () => "revoked" as const,
    },
    profiles: { find: async () => profiles.device },
    jobs: { recordRequest: async (_: unknown, event: OutgoingEvent) => void started.push(event) },
    now,
  };
  const run = (batches: number) => {
    let looks = 0;
    const getRemainingTimeInMillis = (): number => {
      looks += 1;
      // Middy looks once, and the bucket once before its batches.
      return looks > 2 + batches ? 60_000 : 60_001;
    };
    // The handler reads these two of its context.
    return sweepDueJob(deps)({}, { awsRequestId: "run-1", getRemainingTimeInMillis } as Context);
  };
  return { started, run };
}

describe("a sweep whose time runs out", () => {
  test("with a minute left begins no batch, and starts itself again for the rest", async () => {
    const { started, run } = aWorld(300, { writes: true });
    expect(await run(2)).toMatchObject({ renewalsDue: 198, isComplete: false });
    expect(started).toMatchObject([
      { detailType: "Job Run Requested", detail: { job: "sweep-due", actor: "job:sweep-due" } },
    ]);
  });

  test("leaves the rest to the schedule when it got nowhere, so that it does not start itself for ever", async () => {
    const { started, run } = aWorld(300, { writes: false });
    expect(await run(2)).toMatchObject({ contended: 198, isComplete: false });
    expect(started).toEqual([]);
  });
});

test("a sweep that is through starts nothing", async () => {
  const { started, run } = aWorld(300, { writes: true });
  expect(await run(10)).toMatchObject({ renewalsDue: 300, isComplete: true, from: "2027-01-25" });
  expect(started).toEqual([]);
});
