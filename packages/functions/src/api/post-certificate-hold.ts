// POST /v1/certificates/{id}/{hold,resume}: refuse one certificate at the edge for a while. Operators.
import { type HoldDeps, holdCertificate, resumeCertificate } from "#core/revocation/hold.ts";
import { holdRequestSchema } from "../contract/post-certificate-hold.ts";
import { holdDeps } from "../deps/plan-work.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentCertificate } from "./present-certificate.ts";

export function postCertificateHoldRoute(deps: HoldDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const asked = { caller, name: event.pathParameters?.["id"] ?? "", requestId };
    if (event.routeKey.endsWith("/resume"))
      return { status: 200, body: presentCertificate(await resumeCertificate(deps, asked)) };
    const { reason, until } = parseBody(holdRequestSchema, readJson(event));
    const end = until === undefined ? undefined : new Date(until);
    return {
      status: 200,
      body: presentCertificate(await holdCertificate(deps, { ...asked, reason, until: end })),
    };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/certificates/{id}/…", postCertificateHoldRoute(holdDeps())),
);
