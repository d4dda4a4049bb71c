// DELETE /v1/webhooks/{id}.
import type { RouteContract } from "../http/contract.ts";
import { webhookParams, webhookSchema } from "./webhook.ts";

export const deleteWebhook = {
  method: "DELETE",
  path: "/v1/webhooks/{id}",
  summary: "Send nothing to it any more",
  description:
    "What is on its way is dropped. Its secrets sign nothing again, under no later webhook of this id.",
  callers: { operator: "revocations:approve" },
  params: webhookParams,
  responses: {
    200: { description: "What was removed.", content: { kind: "json", schema: webhookSchema } },
  },
  problems: ["resource.not_found", "resource.changed", "registry.busy"],
} as const satisfies RouteContract;
