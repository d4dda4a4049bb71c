// POST /v1/webhooks/{id}/rotate-secret.
import { rotateSecretSchema } from "#core/webhook/rotate-secret.ts";
import type { RouteContract } from "../http/contract.ts";
import { newWebhookSchema, webhookParams } from "./webhook.ts";

export const postWebhookSecret = {
  method: "POST",
  path: "/v1/webhooks/{id}/rotate-secret",
  summary: "Give a webhook a new secret",
  description:
    "The newest one before it signs too until it ends. One that was about to end already ends at once.",
  callers: { operator: "revocations:approve" },
  params: webhookParams,
  body: { kind: "json", schema: rotateSecretSchema },
  responses: {
    200: { description: "With the new secret.", content: { kind: "json", schema: newWebhookSchema } },
  },
  problems: ["resource.not_found", "resource.changed", "registry.busy"],
} as const satisfies RouteContract;
