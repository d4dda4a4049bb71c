// POST /v1/certificates/{id}/renew: the caller's own certificate gets a successor.
import type { RenewDeps } from "#core/renewal/ports.ts";
import { renewCertificate } from "#core/renewal/renew.ts";
import { renewRequestSchema } from "../contract/renew-certificate.ts";
import { renewDeps } from "../deps/enrolment.ts";
import { type AuthenticateDeps, authenticateHolder } from "../http/authenticate.ts";
import { readIdempotencyKey } from "../http/idempotency-key.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { present } from "./post-certificates.ts";

export function renewCertificateRoute(deps: RenewDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticateHolder(deps, event);
    const { csr } = parseBody(renewRequestSchema, readJson(event));
    const idempotencyKey = readIdempotencyKey(event);
    const certificateId = event.pathParameters?.["id"] ?? "";
    return present(await renewCertificate(deps, { caller, certificateId, csr, idempotencyKey, requestId }));
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/certificates/{id}/renew", renewCertificateRoute(renewDeps())),
);
