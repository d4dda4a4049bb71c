// DELETE /v1/webhooks/{id}: send nothing to it any more.
import { type RemoveWebhookDeps, removeWebhook } from "#core/webhook/remove-webhook.ts";
import { removeWebhookDeps } from "../deps/webhooks.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentWebhook } from "./present-webhook.ts";

export function deleteWebhookRoute(deps: RemoveWebhookDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const id = event.pathParameters?.["id"] ?? "";
    return { status: 200, body: presentWebhook(await removeWebhook(deps, { caller, id, requestId })) };
  };
}

export const handler = lazily(() =>
  httpHandler("DELETE /v1/webhooks/{id}", deleteWebhookRoute(removeWebhookDeps())),
);
