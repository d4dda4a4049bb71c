// GET /v1/certificates/{id}: one certificate with its state, by our id, its serial or its SHA-256.
import { type CertificateFinder, findCertificate } from "#core/certificate/find-certificate.ts";
import { isAppError } from "#core/error.ts";
import { type RefusalDeps, readRefusal } from "#core/publication/refusal-at-edge.ts";
import { getCertificateDeps } from "../deps/certificate.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentCertificate } from "./present-certificate.ts";

export type GetCertificateDeps = AuthenticateDeps & CertificateFinder & RefusalDeps;

export function getCertificateRoute(deps: GetCertificateDeps): Route {
  return async (event, { logger }) => {
    const caller = await authenticate(deps, event);
    const certificate = await findCertificate(deps, caller, event.pathParameters?.["id"] ?? "");
    const edge = await readRefusal(deps, certificate).catch((error: unknown) => {
      // The registry's answer is worth having all the same.
      if (!isAppError(error, "edge_store.unavailable")) throw error;
      logger.warn("the edge store was not asked", { error });
      return undefined;
    });
    return { status: 200, body: presentCertificate(certificate, edge) };
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/certificates/{id}", getCertificateRoute(getCertificateDeps())),
);
