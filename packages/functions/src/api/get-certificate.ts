// GET /v1/certificates/{id}: one certificate with its state, by our id, its serial or its SHA-256.
import { type CertificateFinder, findCertificate } from "#core/certificate/find-certificate.ts";
import { findDeps } from "../deps/inventory.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentCertificate } from "./present-certificate.ts";

export function getCertificateRoute(deps: AuthenticateDeps & CertificateFinder): Route {
  return async event => {
    const caller = await authenticate(deps, event);
    const certificate = await findCertificate(deps, caller, event.pathParameters?.["id"] ?? "");
    return { status: 200, body: presentCertificate(certificate) };
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/certificates/{id}", getCertificateRoute(findDeps())),
);
