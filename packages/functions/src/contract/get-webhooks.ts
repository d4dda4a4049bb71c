// GET /v1/webhooks and GET /v1/webhooks/{id}.
import type { RouteContract } from "../http/contract.ts";
import { webhookListSchema, webhookParams, webhookWithDeadLettersSchema } from "./webhook.ts";

export const getWebhooks = {
  method: "GET",
  path: "/v1/webhooks",
  summary: "All webhooks, and how each fares",
  callers: { operator: "revocations:approve" },
  responses: {
    200: { description: "By id.", content: { kind: "json", schema: webhookListSchema } },
  },
  problems: [],
} as const satisfies RouteContract;

export const getWebhook = {
  method: "GET",
  path: "/v1/webhooks/{id}",
  summary: "One webhook, and what could not be delivered to it",
  callers: { operator: "revocations:approve" },
  params: webhookParams,
  responses: {
    200: { description: "The webhook.", content: { kind: "json", schema: webhookWithDeadLettersSchema } },
  },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;
