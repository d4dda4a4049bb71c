// GET /v1/webhooks and GET /v1/webhooks/{id}: what is sent where, and how it fares.
import { requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import type { WebhookRegistry } from "#core/webhook/ports.ts";
import type { WebhookWithDeadLettersBody } from "../contract/webhook.ts";
import { getWebhooksDeps } from "../deps/webhooks.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentDeadLetter, presentWebhook } from "./present-webhook.ts";

export type GetWebhooksDeps = AuthenticateDeps & { readonly registry: WebhookRegistry };

const deadLettersShown = 20;

export function getWebhooksRoute(deps: GetWebhooksDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "revocations:approve");
    const id = event.pathParameters?.["id"];
    if (id === undefined) {
      const webhooks = await deps.registry.listWebhooks();
      return { status: 200, body: { webhooks: webhooks.map(presentWebhook) } };
    }
    const webhook = await deps.registry.readWebhook(id);
    if (webhook === undefined) fail("resource.not_found", { kind: "webhook" });
    const deadLetters = await deps.registry.listDeadLetters(id, deadLettersShown);
    const body: WebhookWithDeadLettersBody = {
      ...presentWebhook(webhook),
      deadLetters: deadLetters.map(presentDeadLetter),
    };
    return { status: 200, body };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/webhooks", getWebhooksRoute(getWebhooksDeps())));
