// POST /v1/jobs/{job}/runs.
import * as z from "zod";
import { jobNames } from "#core/job/request-job.ts";
import type { RouteContract } from "../http/contract.ts";

const jobRunSchema = z
  .object({
    job: z.enum(jobNames),
    requestId: z.string().meta({ description: "Of the audit record whose subject is the job" }),
  })
  .meta({ id: "JobRun" });

export type JobRunBody = z.infer<typeof jobRunSchema>;

export const postJobRun = {
  method: "POST",
  path: "/v1/jobs/{job}/runs",
  summary: "Run a scheduled job now",
  description:
    "The job does what its schedule would have it do, in the background. Running one twice does no harm. What deals with the edge store, a CA or the origin's certificate (age-out-pages, reconcile-ca, reconcile-edge, rotate-origin-certificate) needs the scope authorities:write as well.",
  callers: { operator: "certificates:write" },
  params: z.object({ job: z.enum(jobNames) }),
  responses: {
    202: {
      description: "The request is recorded; the job begins within seconds.",
      content: { kind: "json", schema: jobRunSchema },
    },
  },
  problems: ["resource.not_found", "registry.busy"],
} as const satisfies RouteContract;
