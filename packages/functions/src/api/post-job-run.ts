// POST /v1/jobs/{job}/runs: a scheduled job, now. Operators.
import { type RequestJobDeps, requestJob } from "#core/job/request-job.ts";
import type { JobRunBody } from "../contract/post-job-run.ts";
import { postJobRunDeps } from "../deps/inventory.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export function postJobRunRoute(deps: RequestJobDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const { job } = await requestJob(deps, { caller, job: event.pathParameters?.["job"] ?? "", requestId });
    const body: JobRunBody = { job, requestId };
    return { status: 202, body };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/jobs/{job}/runs", postJobRunRoute(postJobRunDeps())),
);
