// /v1/finding-senders: who may send signed findings. One function: all of it is for the same few people.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import {
  createSender,
  type NewSecret,
  removeSender,
  rotateSenderSecret,
  rotateSenderSecretSchema,
  type SenderDeps,
  senderDefinitionSchema,
} from "#core/automation/sender/put-sender.ts";
import { keyIdOf, type Sender } from "#core/automation/sender/sender.ts";
import { type Caller, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import type { SenderBody } from "../contract/finding-sender.ts";
import { findingSendersDeps } from "../deps/automation.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { type HttpResult, httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export type FindingSendersDeps = SenderDeps & AuthenticateDeps;

type Call = {
  readonly event: APIGatewayProxyEventV2;
  readonly caller: Caller;
  readonly id: string;
  readonly requestId: string;
};

const routes: Readonly<Record<string, (deps: FindingSendersDeps, call: Call) => Promise<HttpResult>>> = {
  "GET /v1/finding-senders": async (deps, { caller }) => {
    requireScope(caller, "certificates:read");
    return { status: 200, body: { senders: (await deps.senders.listSenders()).map(presentSender) } };
  },
  "PUT /v1/finding-senders/{id}": async (deps, { event, ...change }) => {
    const { note } = parseBody(senderDefinitionSchema, readJson(event));
    return { status: 201, body: presentSecret(await createSender(deps, { ...change, note })) };
  },
  "POST /v1/finding-senders/{id}/rotate-secret": async (deps, { event, ...change }) => {
    const { oldEndsInSeconds } = parseBody(rotateSenderSecretSchema, readJson(event));
    return {
      status: 200,
      body: presentSecret(await rotateSenderSecret(deps, { ...change, oldEndsInSeconds })),
    };
  },
  "DELETE /v1/finding-senders/{id}": async (deps, change) => ({
    status: 200,
    body: presentSender(await removeSender(deps, change)),
  }),
};

export function findingSendersRoute(deps: FindingSendersDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const route = routes[event.routeKey];
    if (route === undefined) return fail("resource.not_found", { kind: "route" });
    return route(deps, { event, caller, id: event.pathParameters?.["id"] ?? "", requestId });
  };
}

function presentSecret({ sender, secret, keyId }: NewSecret) {
  return { ...presentSender(sender), keyId, secret };
}

function presentSender({ id, note, secrets, version, changedAt, changedBy }: Sender): SenderBody {
  return {
    id,
    ...(note === undefined ? {} : { note }),
    secrets: secrets.map(secret => ({
      keyId: keyIdOf(id, secret.id),
      createdAt: isoSeconds(secret.createdAt),
      ...(secret.endsAt === undefined ? {} : { endsAt: isoSeconds(secret.endsAt) }),
    })),
    version,
    changedAt: isoSeconds(changedAt),
    changedBy,
  };
}

export const handler = lazily(() =>
  httpHandler("/v1/finding-senders", findingSendersRoute(findingSendersDeps())),
);
