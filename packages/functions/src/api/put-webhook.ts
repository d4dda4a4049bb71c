// PUT /v1/webhooks/{id}: send events to a URL.
import { fail } from "#core/error.ts";
import { type PutWebhookDeps, putWebhook, webhookDefinitionSchema } from "#core/webhook/put-webhook.ts";
import { webhookIdSchema } from "#core/webhook/webhook.ts";
import { putWebhookDeps } from "../deps/webhooks.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentWebhook } from "./present-webhook.ts";

export function putWebhookRoute(deps: PutWebhookDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const id = readId(event.pathParameters?.["id"]);
    const definition = parseBody(webhookDefinitionSchema, readJson(event));
    const { webhook, secret } = await putWebhook(deps, { caller, id, definition, requestId });
    const body = presentWebhook(webhook);
    if (secret === undefined) return { status: 200, body };
    return { status: 201, headers: { location: `/v1/webhooks/${id}` }, body: { ...body, secret } };
  };
}

function readId(text: string | undefined): string {
  const id = webhookIdSchema.safeParse(text);
  if (id.success) return id.data;
  const detail = id.error.issues[0]?.message ?? "";
  return fail("request.malformed", { findings: [{ code: "webhook.id", detail, pointer: "" }] });
}

export const handler = lazily(() => httpHandler("PUT /v1/webhooks/{id}", putWebhookRoute(putWebhookDeps())));
