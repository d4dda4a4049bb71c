// GET /v1/certificates/{id}: one certificate with its state, by our id.
import { maySee } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import { readDeps } from "../deps.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { ReadDeps } from "./read-deps.ts";

export function getCertificateRoute(deps: ReadDeps): Route {
  return async event => {
    const caller = await authenticate(deps, event);
    const certificate = await deps.readCertificate(event.pathParameters?.["id"] ?? "");
    if (certificate === undefined || !maySee(caller, certificate.tenant)) {
      fail("resource.not_found", { kind: "certificate" });
    }
    const { revocation, revokedAtCaAt } = certificate;
    return {
      status: 200,
      body: {
        id: certificate.id,
        state: certificate.state,
        tenant: certificate.tenant,
        holder: certificate.holder,
        profile: certificate.profile,
        ...(certificate.lot === undefined ? {} : { lot: certificate.lot }),
        authority: certificate.authorityId,
        serial: certificate.serial,
        sha256: certificate.sha256,
        notBefore: isoSeconds(certificate.notBefore),
        notAfter: isoSeconds(certificate.notAfter),
        enrolment: certificate.enrolmentId,
        ...(revocation === undefined
          ? {}
          : {
              revocation: {
                ...revocation,
                revokedAt: isoSeconds(revocation.revokedAt),
                ...(revokedAtCaAt === undefined ? {} : { atCa: isoSeconds(revokedAtCaAt) }),
              },
            }),
        certificate: certificate.certificatePem,
      },
    };
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/certificates/{id}", getCertificateRoute(readDeps())),
);
