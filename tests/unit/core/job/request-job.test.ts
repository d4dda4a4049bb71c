// Runs by hand: who may ask, for which jobs, and what is recorded.
import { describe, expect, test } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import type { Caller } from "#core/caller.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import { jobNames, requestJob } from "#core/job/request-job.ts";
import { functionCatalogue } from "#functions/catalogue/function-catalogue.ts";
import { noon } from "#support/fixed-time.ts";

const operator: Caller = { kind: "operator", subject: "ada", scopes: ["certificates:write"] };

function aWorld() {
  const recorded: { audit: AuditRecord; event: OutgoingEvent }[] = [];
  const deps = {
    jobs: {
      recordRequest: async (audit: AuditRecord, event: OutgoingEvent) => void recorded.push({ audit, event }),
    },
    now: () => noon,
  };
  const request = (job: string, caller = operator) =>
    requestJob(deps, { caller, job, requestId: "request-1" });
  return { recorded, request };
}

describe("a job that is asked for by hand", () => {
  test("is recorded with who asked, and told to the bus under the request's id", async () => {
    const { recorded, request } = aWorld();
    expect(await request("sweep-due")).toEqual({ job: "sweep-due" });
    const asked = { actor: "operator:ada", requestId: "request-1" };
    expect(recorded).toEqual([
      {
        audit: { subject: "sweep-due", action: "job.requested", ...asked, at: noon, facts: {} },
        event: {
          detailType: "Job Run Requested",
          detail: { version: "1", job: "sweep-due", ...asked, requestedAt: "2026-03-01T12:00:00Z" },
        },
      },
    ]);
  });

  test("needs the scope certificates:write, and an operator", async () => {
    const { recorded, request } = aWorld();
    const callers: readonly Caller[] = [
      { ...operator, scopes: ["certificates:read", "revocations:apply"] },
      { kind: "token", tenant: "acme", claimId: "clm_1" },
    ];
    for (const caller of callers) {
      await expect(request("sweep-due", caller)).rejects.toMatchObject({ code: "caller.forbidden" });
    }
    expect(recorded).toEqual([]);
  });

  test.each(["age-out-pages", "reconcile-ca", "reconcile-edge", "rotate-origin-certificate"])(
    "needs the scope authorities:write too when it is %s",
    async job => {
      const { recorded, request } = aWorld();
      await expect(request(job)).rejects.toMatchObject({ code: "caller.forbidden" });
      expect(recorded).toEqual([]);
      const scopes = ["certificates:write", "authorities:write"];
      expect(await request(job, { ...operator, scopes })).toEqual({ job });
    },
  );

  test.each(["publish-edge", "SWEEP-DUE", "", "constructor"])(
    "is not found when it is no job: %j",
    async job => {
      const { recorded, request } = aWorld();
      await expect(request(job)).rejects.toMatchObject({ code: "resource.not_found", data: { kind: "job" } });
      expect(recorded).toEqual([]);
    },
  );
});

test("no job is named twice", () => {
  expect(new Set(jobNames).size).toBe(jobNames.length);
});

test.each(jobNames)("%s is a function of its own, in the folder of jobs", job => {
  expect(functionCatalogue[job].entry).toBe(`job/${job}.ts`);
});
