// PUT /v1/webhooks/{id}.
import * as z from "zod";
import { webhookDefinitionSchema } from "#core/webhook/put-webhook.ts";
import { webhookIdSchema } from "#core/webhook/webhook.ts";
import type { RouteContract } from "../http/contract.ts";
import { newWebhookSchema, webhookSchema } from "./webhook.ts";

export const putWebhook = {
  method: "PUT",
  path: "/v1/webhooks/{id}",
  summary: "Send events to a URL",
  description:
    "Over HTTPS, to public addresses. `version` is the version that this one replaces; a new webhook has none, and its " +
    "answer holds the secret. It counts for events of five seconds later on.",
  callers: { operator: "revocations:approve" },
  params: z.object({ id: webhookIdSchema }),
  body: { kind: "json", schema: webhookDefinitionSchema },
  responses: {
    200: { description: "Replaced.", content: { kind: "json", schema: webhookSchema } },
    201: {
      description: "Recorded, with its secret.",
      headers: ["location"],
      content: { kind: "json", schema: newWebhookSchema },
    },
  },
  problems: ["resource.not_found", "resource.changed", "registry.busy"],
} as const satisfies RouteContract;
