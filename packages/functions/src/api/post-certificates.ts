// POST /v1/certificates: enrol one holder.

import { inspectCsr } from "#core/csr/inspect-csr.ts";
import type { AdvanceDeps, EnrolOutcome } from "#core/enrolment/advance.ts";
import { enrolCertificate } from "#core/enrolment/enrol.ts";
import { enrolRequestSchema, idempotencyKeySchema } from "#core/enrolment/request.ts";
import { type Finding, fail } from "#core/error.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import { issueDeps } from "../deps.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { findingsOf, readJson } from "../http/json-body.ts";
import { type HttpResult, httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export function postCertificatesRoute(deps: AdvanceDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const request = await readRequest(readJson(event), event.headers["idempotency-key"]);
    return present(await enrolCertificate(deps, { caller, requestId, ...request }));
  };
}

/** All findings at once: a body that breaks the schema still has its CSR inspected. */
async function readRequest(body: unknown, idempotencyKey: string | undefined) {
  const request = enrolRequestSchema.safeParse(body);
  const key = idempotencyKeySchema.optional().safeParse(idempotencyKey);
  if (request.success && key.success) return { request: request.data, idempotencyKey: key.data };
  const findings: Finding[] = [
    ...(request.success ? [] : findingsOf(request.error)),
    ...(key.success
      ? []
      : findingsOf(key.error).map(finding => ({
          ...finding,
          pointer: "",
          code: "idempotency_key.malformed",
        }))),
  ];
  const { csr } = (body ?? {}) as { csr?: unknown };
  if (typeof csr === "string" && !findings.some(({ pointer }) => pointer === "/csr")) {
    const inspection = await inspectCsr(csr);
    if (inspection.kind === "unsound")
      findings.push(...inspection.findings.map(f => ({ ...f, pointer: "/csr" })));
  }
  return fail("request.malformed", { findings });
}

/** Only what never changes: every reply to one enrolment is byte-equal (invariant I2). */
export function present(outcome: EnrolOutcome): HttpResult {
  if (outcome.kind === "pending") {
    const location = `/v1/enrolments/${outcome.enrolmentId}`;
    return {
      status: 202,
      headers: { location, "retry-after": String(outcome.retryAfterSeconds) },
      body: { enrolment: outcome.enrolmentId, state: "issuing" },
    };
  }
  const { certificate, chainPem } = outcome;
  return {
    status: 201,
    headers: { location: `/v1/certificates/${certificate.id}` },
    body: {
      enrolment: outcome.enrolmentId,
      id: certificate.id,
      tenant: certificate.tenant,
      holder: certificate.holder,
      profile: certificate.profile,
      ...(certificate.lot === undefined ? {} : { lot: certificate.lot }),
      authority: certificate.authorityId,
      serial: certificate.serial,
      sha256: certificate.sha256,
      notBefore: isoSeconds(certificate.notBefore),
      notAfter: isoSeconds(certificate.notAfter),
      certificate: certificate.certificatePem,
      chain: chainPem,
    },
  };
}

export const handler = lazily(() => httpHandler("POST /v1/certificates", postCertificatesRoute(issueDeps())));
