// POST /v1/certificates: enrol one holder.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import type { EnrolOutcome } from "#core/enrolment/advance.ts";
import { type EnrolDeps, enrolCertificate, unknownProfile } from "#core/enrolment/enrol.ts";
import { recordingRefusals } from "#core/enrolment/record-refusal.ts";
import { enrolRequestSchema, idempotencyKeySchema } from "#core/enrolment/request.ts";
import { type Finding, fail } from "#core/error.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";
import type { PendingEnrolmentBody } from "../contract/post-certificates.ts";
import { enrolDeps } from "../deps/enrolment.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { findingsOf, readJson } from "../http/json-body.ts";
import { type HttpResult, httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentIssued } from "./present-certificate.ts";

export function postCertificatesRoute(deps: EnrolDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const request = await recordingRefusals(deps, { caller, requestId }, () =>
      readRequest(deps.profiles, event),
    );
    return present(await enrolCertificate(deps, { caller, requestId, ...request }));
  };
}

/** All findings at once: a body that breaks the schema still has its profile looked up and its CSR inspected. */
async function readRequest(profiles: ProfileSource, event: APIGatewayProxyEventV2) {
  const body = readJson(event);
  const request = enrolRequestSchema.safeParse(body);
  const key = idempotencyKeySchema.optional().safeParse(event.headers["idempotency-key"]);
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
  const members = (body ?? {}) as { profile?: unknown; csr?: unknown };
  const wellFormed = (name: keyof typeof members): string | undefined => {
    const text = members[name];
    return typeof text === "string" && !findings.some(({ pointer }) => pointer === `/${name}`)
      ? text
      : undefined;
  };
  const [profile, csr] = [wellFormed("profile"), wellFormed("csr")];
  if (profile !== undefined && (await profiles.find(profile)) === undefined) findings.push(unknownProfile);
  const inspection = csr === undefined ? undefined : await inspectCsr(csr);
  if (inspection?.kind === "unsound")
    findings.push(...inspection.findings.map(f => ({ ...f, pointer: "/csr" })));
  return fail("request.malformed", { findings });
}

export function present(outcome: EnrolOutcome): HttpResult {
  if (outcome.kind === "issued") {
    const headers = { location: `/v1/certificates/${outcome.certificate.id}` };
    return { status: 201, headers, body: presentIssued(outcome) };
  }
  const headers = {
    location: `/v1/enrolments/${outcome.enrolmentId}`,
    "retry-after": String(outcome.retryAfterSeconds),
  };
  const body = { enrolment: outcome.enrolmentId, state: outcome.state } satisfies PendingEnrolmentBody;
  return { status: 202, headers, body };
}

export const handler = lazily(() => httpHandler("POST /v1/certificates", postCertificatesRoute(enrolDeps())));
