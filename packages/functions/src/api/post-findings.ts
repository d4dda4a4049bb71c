// POST /v1/findings: a finding of somebody who signs. Who it is and that it is fresh is proved before it is parsed.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { actOnFinding } from "#core/automation/act-on-finding.ts";
import type { AutomationDeps } from "#core/automation/ports.ts";
import { type VerifyDeps, verifyMessage } from "#core/automation/sender/verify-message.ts";
import {
  findingOfWebhook,
  postedFindingSchema,
  type SignedMessage,
} from "#core/automation/source/webhook.ts";
import { fail } from "#core/error.ts";
import { judgeLambdaConnection } from "#verifier/adapter/from-lambda-event.ts";
import { postFindingsDeps } from "../deps/automation.ts";
import { summaryOf } from "../event/summary.ts";
import { bodyLimitBytes, parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export type PostFindingsDeps = AutomationDeps & VerifyDeps;

export function postFindingsRoute(deps: PostFindingsDeps): Route {
  return async (event, { requestId }) => {
    const message = await senderOf(deps, event);
    const finding = findingOfWebhook(message, parseBody(postedFindingSchema, readJson(event)));
    // A signature says who it is: no account counts.
    const result = await actOnFinding(deps, { finding, ownAccount: "", requestId });
    const summary = summaryOf(result);
    return { status: summary.outcome === "awaiting_approval" ? 202 : 200, body: summary };
  };
}

async function senderOf(deps: VerifyDeps, event: APIGatewayProxyEventV2): Promise<SignedMessage> {
  if (judgeLambdaConnection(event, deps.now()) !== undefined)
    fail("caller.unauthenticated", { reason: "requests reach this API through the edge only" });
  const bytes = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  if (bytes.byteLength > bodyLimitBytes) fail("request.too_large", { limitBytes: bodyLimitBytes });
  const { headers } = event;
  const signed = {
    keyId: headers["webhook-key-id"],
    messageId: headers["webhook-id"],
    timestamp: headers["webhook-timestamp"],
    signature: headers["webhook-signature"],
  };
  return verifyMessage(deps, signed, bytes);
}

export const handler = lazily(() => httpHandler("POST /v1/findings", postFindingsRoute(postFindingsDeps())));
