// POST /v1/webhooks/{id}/rotate-secret: give a webhook a new secret.
import { type RotateSecretDeps, rotateSecret, rotateSecretSchema } from "#core/webhook/rotate-secret.ts";
import { rotateSecretDeps } from "../deps/webhooks.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentWebhook } from "./present-webhook.ts";

export function postWebhookSecretRoute(deps: RotateSecretDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const { oldEndsInSeconds } = parseBody(rotateSecretSchema, readJson(event));
    const id = event.pathParameters?.["id"] ?? "";
    const { webhook, secret } = await rotateSecret(deps, { caller, id, oldEndsInSeconds, requestId });
    return { status: 200, body: { ...presentWebhook(webhook), secret } };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/webhooks/{id}/rotate-secret", postWebhookSecretRoute(rotateSecretDeps())),
);
