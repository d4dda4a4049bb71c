// EventBridge: `Certificate Compromise Reported` → refused in the registry, or a plan that waits for a person.
// A throw is Lambda's asynchronous retry and, after two, the function's on-failure queue.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { type ActResult, actOnFinding } from "#core/automation/act-on-finding.ts";
import type { AutomationDeps } from "#core/automation/ports.ts";
import { findingOfReport } from "#core/automation/source/report.ts";
import { compromiseReportedSchema } from "#core/event/compromise-reported.ts";
import { automationDeps } from "../deps/automation.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { treatmentOf } from "../trigger.ts";
import { eventIdOf, explained, ownAccountOf, parseEvent, readEnvelope } from "./bus-event.ts";
import { summaryOf } from "./summary.ts";

export function compromiseReported(
  deps: AutomationDeps,
): (event: unknown, context: Context) => Promise<ActResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "compromise-reported" } });
  return middy<unknown, ActResult>()
    .use({
      onError: request => {
        const { error, event } = request;
        logger.error("compromise report failed", {
          eventId: eventIdOf(event),
          treatment: treatmentOf(error),
          error: error as Error,
        });
        request.error = explained(error) as Error;
      },
    })
    .handler(async (event, context) => {
      const envelope = readEnvelope(event);
      const report = parseEvent(compromiseReportedSchema, envelope.detail);
      const finding = findingOfReport(envelope, report);
      const ownAccount = ownAccountOf(context);
      const result = await actOnFinding(deps, { finding, ownAccount, requestId: envelope.id });
      logger.info("compromise report handled", { eventId: envelope.id, ...summaryOf(result) });
      return result;
    });
}

export const handler = lazily(() => compromiseReported(automationDeps()));
