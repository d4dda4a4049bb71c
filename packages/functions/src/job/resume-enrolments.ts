// Scheduled: carries enrolments that were left open to their certificate, and tells how many wait. Run every half minute
// it stays inside the CA's five-minute token window, where a repeated ask costs nothing.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { type ResumeDeps, type ResumeResult, resumeEnrolments } from "#core/issuance/resume.ts";
import { type TryAgainDeps, tryExhaustedAgain } from "#core/issuance/try-again.ts";
import { resumeDeps } from "../deps/enrolment.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";

export type ResumeJobDeps = Omit<ResumeDeps, "onError"> & TryAgainDeps;

const logger = rootLogger.createChild({ persistentKeys: { trigger: "resume-enrolments" } });

export function resumeEnrolmentsJob(
  deps: ResumeJobDeps,
): (event: unknown, context: Context) => Promise<ResumeResult> {
  const onError = (enrolment: string, error: unknown): void =>
    logger.error("enrolment not resumed", { enrolment, error: error as Error });

  return middy<unknown, ResumeResult>().handler(async (_event, { awsRequestId }) => {
    const again = await tryExhaustedAgain(deps, awsRequestId);
    if (again.length > 0) logger.warn("used-up authorities are tried again", { authorities: again });
    await reportWaiting(deps);
    const result = await resumeEnrolments({ ...deps, onError }, awsRequestId);
    logger.info("enrolments resumed", result);
    return result;
  });
}

/** The queues' length, and the age of the oldest that waits, wherever its message is. */
async function reportWaiting({ queue, listOpen, now }: ResumeJobDeps): Promise<void> {
  const [enrolments, renewals] = await Promise.all([queue.depth("enrol"), queue.depth("renew")]);
  const at = now().getTime();
  let oldest = at;
  for await (const [first] of listOpen("QUEUED", new Date(at))) {
    oldest = Math.min(oldest, first?.createdAt.getTime() ?? at);
    break;
  }
  recordMetrics({
    QueuedEnrolments: enrolments,
    QueuedRenewals: renewals,
    OldestQueued: Math.round((at - oldest) / 1_000),
  });
}

export const handler = lazily(() => resumeEnrolmentsJob(resumeDeps()));
