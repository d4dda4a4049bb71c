// EventBridge: `Certificate Compromise Reported` → revoked in the registry.
// A throw is Lambda's asynchronous retry and, after two, the function's on-failure queue.
import middy from "@middy/core";
import type { Context, EventBridgeEvent } from "aws-lambda";
import { fail } from "#core/error.ts";
import { compromiseReportedSchema } from "#core/event/compromise-reported.ts";
import type { RevokeLotResult } from "#core/revocation/revoke-lot.ts";
import {
  type RevokeReportedDeps,
  type RevokeReportedResult,
  revokeReported,
} from "#core/revocation/revoke-reported.ts";
import { revokeReportedDeps } from "../deps/revocation.ts";
import { findingsOf } from "../http/json-body.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { treatmentOf } from "../trigger.ts";

type Reported = EventBridgeEvent<string, unknown>;
type Result = RevokeReportedResult | RevokeLotResult;

export function compromiseReported(
  deps: RevokeReportedDeps,
): (event: Reported, context: Context) => Promise<Result> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "compromise-reported" } });
  return middy<Reported, Result>()
    .use({
      onError: ({ error, event }) => {
        const treatment = treatmentOf(error);
        logger.error("compromise report failed", { eventId: event.id, treatment, error: error as Error });
      },
    })
    .handler(async event => {
      const report = compromiseReportedSchema.safeParse(event.detail);
      if (!report.success) fail("event.malformed", { findings: findingsOf(report.error) });
      const actor = `event:${event.source}:${event.id}`;
      const result = await revokeReported(deps, { actor, requestId: event.id, report: report.data });
      logger.info("compromise report applied", { eventId: event.id, ...result });
      return result;
    });
}

export const handler = lazily(() => compromiseReported(revokeReportedDeps()));
