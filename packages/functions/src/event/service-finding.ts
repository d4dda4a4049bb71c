// EventBridge: findings of AWS's own services → held or refused in the registry, as the rules say.
// A throw is Lambda's asynchronous retry and, after two, the function's on-failure queue.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { type ActResult, actOnFinding } from "#core/automation/act-on-finding.ts";
import type { SecurityFinding } from "#core/automation/finding.ts";
import type { AutomationDeps } from "#core/automation/ports.ts";
import {
  findingOfDeviceDefender,
  securityHubDetailSchema,
  securityHubDetailType,
  securityHubSource,
} from "#core/automation/source/device-defender.ts";
import {
  findingOfGuardDuty,
  guardDutyDetailSchema,
  guardDutyDetailType,
  guardDutySource,
} from "#core/automation/source/guardduty.ts";
import { fail, isAppError } from "#core/error.ts";
import { automationDeps } from "../deps/automation.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { treatmentOf } from "../trigger.ts";
import { type Envelope, eventIdOf, explained, ownAccountOf, parseEvent, readEnvelope } from "./bus-event.ts";
import { type FindingSummary, summaryOf } from "./summary.ts";

export function serviceFinding(
  deps: AutomationDeps,
): (event: unknown, context: Context) => Promise<FindingSummary> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "service-finding" } });
  return middy<unknown, FindingSummary>()
    .use({
      onError: request => {
        const { error, event } = request;
        logger.error("finding failed", {
          eventId: eventIdOf(event),
          treatment: treatmentOf(error),
          error: error as Error,
        });
        request.error = explained(error) as Error;
      },
    })
    .handler(async (event, context) => {
      const envelope = readEnvelope(event);
      const finding = findingOf(envelope);
      const summary: FindingSummary =
        finding === undefined
          ? { outcome: "ignored", why: "it names no certificate" }
          : await act(deps, finding, ownAccountOf(context), envelope.id);
      logger.info("finding handled", { eventId: envelope.id, ...summary });
      return summary;
    });
}

function findingOf(event: Envelope): SecurityFinding | undefined {
  const { source, detailType, detail } = event;
  if (source === securityHubSource && detailType === securityHubDetailType) {
    return findingOfDeviceDefender(event, parseEvent(securityHubDetailSchema, detail));
  }
  if (source === guardDutySource && detailType === guardDutyDetailType) {
    return findingOfGuardDuty(event, parseEvent(guardDutyDetailSchema, detail));
  }
  return fail("event.refused", { reason: `${source} sends nothing that is known under ${detailType}` });
}

/** AWS's services look at certificates of all kinds: one that is none of ours is nobody's mistake. */
async function act(
  deps: AutomationDeps,
  finding: SecurityFinding,
  ownAccount: string,
  requestId: string,
): Promise<FindingSummary> {
  const result = await actOnFinding(deps, { finding, ownAccount, requestId }).catch(
    (error: unknown): ActResult | undefined => {
      if (isAppError(error, "resource.not_found")) return undefined;
      throw error;
    },
  );
  return result === undefined
    ? { outcome: "ignored", why: "the certificate is none of ours" }
    : summaryOf(result);
}

export const handler = lazily(() => serviceFinding(automationDeps()));
