// EventBridge: `Certificate Compromise Reported` → revoked in the registry.
// A throw is Lambda's asynchronous retry and, after two, the function's on-failure queue.
import middy from "@middy/core";
import type { Context, EventBridgeEvent } from "aws-lambda";
import { AppError, fail } from "#core/error.ts";
import { compromiseReportedSchema } from "#core/event/compromise-reported.ts";
import {
  type RevokeReportedDeps,
  type RevokeReportedResult,
  revokeReported,
} from "#core/revocation/revoke-reported.ts";
import { revokeReportedDeps } from "../deps.ts";
import { findingsOf } from "../http/json-body.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";

type Reported = EventBridgeEvent<string, unknown>;

export function compromiseReported(
  deps: RevokeReportedDeps,
): (event: Reported, context: Context) => Promise<RevokeReportedResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "compromise-reported" } });
  return middy<Reported, RevokeReportedResult>()
    .use({
      onError: ({ error, event }) => {
        const code = error instanceof AppError ? error.code : "internal";
        logger.error("compromise report failed", { eventId: event.id, code, error: error as Error });
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
