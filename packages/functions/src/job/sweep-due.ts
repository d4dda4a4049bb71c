// Scheduled every five minutes, and by hand: does what is due for certificates. What one run's time does not hold it
// goes on with at once, in another.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { type RequestJobDeps, startJob } from "#core/job/request-job.ts";
import { type SweepResult, sweepDue } from "#core/rotation/sweep.ts";
import { dealtWith } from "#core/rotation/sweep-counts.ts";
import type { SweepDeps } from "#core/rotation/sweep-ports.ts";
import { sweepDueDeps } from "../deps/rotation.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";

export type SweepJobDeps = Omit<SweepDeps, "onError"> & RequestJobDeps;

/** A batch under way takes a second; with every call throttled and tried again, half a minute. */
const reserveMs = 60_000;

export function sweepDueJob(deps: SweepJobDeps): (event: unknown, context: Context) => Promise<SweepResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "sweep-due" } });
  const onError = (subject: string, error: unknown): void =>
    logger.error("not swept", { subject, error: error as Error });

  return middy<unknown, SweepResult>().handler(async (_event, context) => {
    const requestId = context.awsRequestId;
    const mayGoOn = (): boolean => context.getRemainingTimeInMillis() > reserveMs;
    const result = await sweepDue({ ...deps, onError }, { requestId, mayGoOn });
    recordMetrics({
      RenewalsDue: result.renewalsDue,
      CertificatesExpiring: result.expiring,
      CertificatesExpired: result.expired,
      CertificatesRetired: result.retired,
      SweepFailures: result.failed,
    });
    logger.info("swept", result);
    // One that got nowhere would start itself for ever: that is left to the schedule.
    if (!result.isComplete && dealtWith(result) > 0) {
      await startJob(deps, "sweep-due", { actor: "job:sweep-due", requestId });
    }
    return result;
  });
}

export const handler = lazily(() => sweepDueJob(sweepDueDeps()));
