// Every refusal as an RFC 9457 document, with the status, the headers and the findings that its code carries.
import { describe, expect, it } from "vitest";
import { AppError, type Code, type ErrorData } from "#core/error.ts";
import { statusOf, toProblemResponse } from "#functions/http/problem.ts";

const findings = [
  { code: "csr.signature_invalid", detail: "the signature does not verify", pointer: "/csr" },
];
const busy = { retryAfterSeconds: 7 };

/** One example of each code's data; a code that is added does not compile without one. */
const examples: { readonly [C in Code]: { readonly status: number; readonly data: ErrorData[C] } } = {
  "request.malformed": { status: 400, data: { findings } },
  "request.too_large": { status: 413, data: { limitBytes: 65_536 } },
  "request.media_type_unsupported": { status: 415, data: { expected: "application/json" } },
  "caller.unauthenticated": { status: 401, data: { reason: "the token is not valid" } },
  "caller.unverifiable": { status: 503, data: busy },
  "caller.forbidden": { status: 403, data: { reason: "the token lacks the scope certificates:read" } },
  "resource.not_found": { status: 404, data: { kind: "certificate" } },
  "claim.exhausted": { status: 403, data: { claimId: "clm_1" } },
  "claim.inactive": { status: 403, data: { claimId: "clm_1", reason: "expired" } },
  "profile.built_in": { status: 409, data: { name: "device" } },
  "resource.changed": { status: 409, data: { version: 2 } },
  "certificate.ambiguous": { status: 409, data: { ids: ["m1-0a", "p1-0a"] } },
  "enrolment.refused": { status: 422, data: { findings } },
  "enrolment.key_in_use": { status: 409, data: { spkiSha256: "5b".repeat(32) } },
  "enrolment.key_blocked": { status: 422, data: { spkiSha256: "5b".repeat(32) } },
  "enrolment.failed": { status: 422, data: { enrolmentId: "enr_1" } },
  "idempotency.conflict": { status: 409, data: { belongsTo: "enr_1" } },
  "lot.revoked": { status: 409, data: { lot: "2026-w47" } },
  "renewal.refused": { status: 409, data: { reason: "the certificate is held" } },
  "renewal.too_early": { status: 409, data: { ...busy, start: new Date("2027-01-01T00:00:00Z") } },
  "renewal.exists": { status: 409, data: { successor: "m1-0a" } },
  "rotation.exists": { status: 409, data: { rotationId: "rot_0f3c9a5d7b1e4c2899d0a1b2" } },
  "rotation.ended": { status: 409, data: { state: "finished" } },
  "plan.not_liftable": { status: 409, data: { reason: "a revocation is for ever" } },
  "hold.refused": { status: 409, data: { reason: "it is revoked" } },
  "plan.not_counted": { status: 409, data: { planId: "pln_0f3c9a5d7b1e4c2899d0a1b2" } },
  "plan.not_approved": { status: 409, data: { planId: "pln_0f3c9a5d7b1e4c2899d0a1b2" } },
  "plan.own_approval": { status: 403, data: { planId: "pln_0f3c9a5d7b1e4c2899d0a1b2" } },
  "plan.expired": { status: 409, data: { planId: "pln_0f3c9a5d7b1e4c2899d0a1b2" } },
  "plan.changed": {
    status: 409,
    data: { planId: "pln_0f3c9a5d7b1e4c2899d0a1b2", why: "2 more certificates fit." },
  },
  "plan.settled": { status: 409, data: { planId: "pln_0f3c9a5d7b1e4c2899d0a1b2", state: "applied" } },
  "lot.started": { status: 409, data: { lot: "2026-w47" } },
  "lot.line_unanswered": { status: 503, data: busy },
  "authority.unavailable": { status: 503, data: { ...busy, reason: "no authority is active" } },
  "authority.exists": { status: 409, data: { authorityId: "m1" } },
  "authority.unsuitable": { status: 422, data: { findings } },
  "authority.wrong_state": { status: 409, data: { authorityId: "m1", state: "retired" } },
  "authority.interlocked": { status: 409, data: { findings } },
  "ca.throttled": { status: 503, data: busy },
  "ca.unavailable": { status: 503, data: busy },
  "ca.exhausted": { status: 503, data: busy },
  "ca.request_rejected": { status: 422, data: { reason: "MalformedCSRException: secret" } },
  "registry.busy": { status: 503, data: busy },
  "registry.unavailable": { status: 503, data: busy },
  "edge_store.contended": { status: 503, data: busy },
  "edge_store.full": { status: 503, data: busy },
  "edge_store.unavailable": { status: 503, data: busy },
  "trust_store.unavailable": { status: 503, data: busy },
  "crl.refused": { status: 422, data: { findings } },
  "event.malformed": { status: 400, data: { findings } },
  "event.refused": { status: 403, data: { reason: "no rule is for findings of somebody" } },
  internal: { status: 500, data: {} },
};
const codes = Object.keys(examples) as readonly Code[]; // The table's keys are the codes, which TypeScript does not say.

const answerTo = (error: unknown) => {
  const { body, ...rest } = toProblemResponse(error, "JKJaXmPLvHcESHA=");
  return { ...rest, problem: JSON.parse(body) };
};

describe.each(codes)("the problem %s", code => {
  const { status, data } = examples[code];
  const { statusCode, headers, problem } = answerTo(
    new AppError<Code>(code, data, new Error("secret cause")),
  );

  it("has the documented members, and no others", () => {
    expect(problem).toEqual({
      type: `/problems/${code}`,
      title: expect.stringMatching(/^[A-Z].+[^.]$/),
      status,
      instance: "urn:edgecert:request:JKJaXmPLvHcESHA=",
      code,
      ...("detail" in problem ? { detail: expect.stringMatching(/^.+$/) } : {}),
      ...("findings" in data ? { errors: findings } : {}),
    });
  });

  it("has its status in the status line, and is neither cached nor taken for plain JSON", () => {
    expect([statusCode, statusOf(code)]).toEqual([status, status]);
    expect(headers).toMatchObject({
      "content-type": "application/problem+json",
      "cache-control": "no-store",
    });
  });

  it("says when to come back exactly when its data does, and always for a 503", () => {
    expect(headers["retry-after"]).toBe("retryAfterSeconds" in data ? "7" : undefined);
    if (status === 503) expect(headers["retry-after"]).toBeDefined();
  });

  it("names the scheme to authenticate with exactly when it is a 401", () => {
    expect(headers["www-authenticate"]).toBe(status === 401 ? "Bearer" : undefined);
  });

  it("shows nothing of its cause, nor of what the CA said", () => {
    expect(JSON.stringify(problem)).not.toContain("secret");
  });
});

describe("findings", () => {
  it.each([
    { count: 1, detail: "There is 1 finding." },
    { count: 2, detail: "There are 2 findings." },
  ])("are all shown and counted: $count", ({ count, detail }) => {
    const all = Array.from({ length: count }, () => findings[0]).filter(finding => finding !== undefined);
    expect(answerTo(new AppError("enrolment.refused", { findings: all })).problem).toMatchObject({
      detail,
      errors: all,
    });
  });
});

describe("an object that is only dressed as a refusal", () => {
  it("is a 500", () => {
    const dressed = {
      name: "AppError",
      code: "caller.forbidden",
      data: { reason: "secret" },
      statusCode: 403,
    };
    expect(answerTo(dressed)).toEqual(answerTo(new Error("another")));
  });
});
