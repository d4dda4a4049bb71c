// Scheduled: carries enrolments that were left open (a crash, a slow CA) to their certificate, oldest first.
// Run every half minute it stays inside the CA's five-minute token window, where a repeated ask costs nothing.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { type AdvanceDeps, advanceEnrolment } from "#core/enrolment/advance.ts";
import type { RecordedEnrolment } from "#core/enrolment/ports.ts";
import { resumeDeps } from "../deps.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";

export type ResumeDeps = AdvanceDeps & { readonly listOpen: () => Promise<readonly RecordedEnrolment[]> };
export type ResumeResult = { readonly issued: number; readonly pending: number; readonly failed: number };

/** An enrolment this young is most likely still in the hands of the call that made it. */
const leaveAloneMs = 15_000;

export function resumeEnrolments(
  deps: ResumeDeps,
): (event: unknown, context: Context) => Promise<ResumeResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "resume-enrolments" } });
  return middy<unknown, ResumeResult>().handler(async (_event, context) => {
    const result = { issued: 0, pending: 0, failed: 0 };
    const before = deps.now().getTime() - leaveAloneMs;
    for (const enrolment of await deps.listOpen()) {
      if (enrolment.createdAt.getTime() > before) continue;
      try {
        const { kind } = await advanceEnrolment(deps, enrolment, context.awsRequestId);
        result[kind] += 1;
      } catch (error) {
        // One that cannot be carried on must not hold up the others.
        logger.error("enrolment not resumed", { enrolment: enrolment.id, error: error as Error });
        result.failed += 1;
      }
    }
    logger.info("enrolments resumed", result);
    return result;
  });
}

export const handler = lazily(() => resumeEnrolments(resumeDeps()));
