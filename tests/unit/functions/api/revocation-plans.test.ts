// Who may plan, approve and apply: every caller at every route. Whoever may not learns nothing and touches nothing.
import { describe, expect, it } from "vitest";
import type { Scope } from "#core/caller.ts";
import type { ClaimId } from "#core/claim/claim.ts";
import { isAppError } from "#core/error.ts";
import { sha256Hex } from "#core/sha256.ts";
import { getRevocationPlanRoute } from "#functions/api/get-revocation-plan.ts";
import { getRevocationPlansRoute } from "#functions/api/get-revocation-plans.ts";
import { presentSelector, readSelector } from "#functions/api/plan-selector.ts";
import { postRevocationPlanApplyRoute } from "#functions/api/post-revocation-plan-apply.ts";
import { postRevocationPlanDecisionRoute } from "#functions/api/post-revocation-plan-decision.ts";
import { postRevocationPlansRoute } from "#functions/api/post-revocation-plans.ts";
import { newPlanSchema, planSelectorSchema } from "#functions/contract/plan.ts";
import type { AuthenticateDeps } from "#functions/http/authenticate.ts";
import { rootLogger } from "#functions/log.ts";
import { noon } from "#support/fixed-time.ts";
import { anHttpEvent } from "#support/http-event.ts";
import { aCertificate, aClaim, anAuthority } from "#support/records.ts";
import { viewerHeaders } from "#support/viewer-headers.ts";

const claimId = "clm_0123456789abcdef01234567";
const secret = "5e".repeat(32);
const hash = "ab".repeat(32);

class Touched extends Error {}
/** A registry that nobody may reach without the scope. */
const untouchable = new Proxy(
  {},
  {
    get: () => () => {
      throw new Touched();
    },
  },
) as never;

function authenticateAs(profile: string): AuthenticateDeps {
  return {
    listAuthorities: async () => [anAuthority()],
    readCertificate: async () => aCertificate({ profile }),
    verifyToken: async token => ({ subject: "ada", scopes: [token.replace(".", ":")] }),
    findClaim: async () =>
      aClaim({
        // The brand is the maker's to give; a test names its ids itself.
        id: claimId as ClaimId,
        asker: { kind: "token", secretSha256: await sha256Hex(secret) },
      }),
    now: () => noon,
  };
}

const scopes = [
  "certificates:read",
  "certificates:write",
  "revocations:plan",
  "revocations:apply",
  "revocations:approve",
  "authorities:write",
] as const satisfies readonly Scope[];

const callers = [
  ["nobody", {}, "device"],
  ["a device", viewerHeaders, "device"],
  ["a partner", viewerHeaders, "partner"],
  ["a factory line", viewerHeaders, "factory"],
  ["a claim's token", { authorization: `Bearer ecc_${claimId.slice(4)}_${secret}` }, "device"],
  ...scopes.map(
    scope =>
      [
        `an operator with ${scope}`,
        { authorization: `Bearer ${scope.replace(":", ".")}` },
        "device",
      ] as const,
  ),
] as const;

const json = { "content-type": "application/json" };
const plan = JSON.stringify({ certificates: { tenant: "acme" }, reason: "keyCompromise" });
const decision = JSON.stringify({ hash });

const routes = [
  ["POST /v1/revocation-plans", "revocations:plan", plan],
  ["GET /v1/revocation-plans", "certificates:read", undefined],
  ["GET /v1/revocation-plans/{id}", "certificates:read", undefined],
  ["POST /v1/revocation-plans/{id}/approve", "revocations:approve", decision],
  ["POST /v1/revocation-plans/{id}/cancel", "revocations:plan", undefined],
  ["POST /v1/revocation-plans/{id}/apply", "revocations:apply", decision],
] as const;

function routeOf(routeKey: (typeof routes)[number][0], profile: string) {
  const deps = {
    ...authenticateAs(profile),
    registry: untouchable,
    jobs: untouchable,
    readProgress: async () => undefined,
    apply: async () => {
      throw new Touched();
    },
  };
  switch (routeKey) {
    case "POST /v1/revocation-plans":
      return postRevocationPlansRoute(deps);
    case "GET /v1/revocation-plans":
      return getRevocationPlansRoute(deps);
    case "GET /v1/revocation-plans/{id}":
      return getRevocationPlanRoute(deps);
    case "POST /v1/revocation-plans/{id}/apply":
      return postRevocationPlanApplyRoute(deps);
    default:
      return postRevocationPlanDecisionRoute(deps);
  }
}

describe.each(routes)("%s", (routeKey, scope, body) => {
  it.each(callers)(`is for operators with ${scope}: %s`, async (who, headers, profile) => {
    const event = {
      ...anHttpEvent({ headers: { ...json, ...headers }, ...(body === undefined ? {} : { body }) }),
      routeKey,
      pathParameters: { id: "pln_0f3c9a5d7b1e4c2899d0a1b2" },
    };
    const refusal = await routeOf(routeKey, profile)(event, { requestId: "r", logger: rootLogger }).catch(
      (error: unknown) => error,
    );
    if (who === `an operator with ${scope}`) return expect(refusal).toBeInstanceOf(Touched);
    const code = who === "nobody" ? "caller.unauthenticated" : "caller.forbidden";
    return expect(isAppError(refusal, code)).toBe(true);
  });
});

describe("a selector", () => {
  const digest = "0F".repeat(32);
  it.each([
    [{ certificate: "0A:FF" }, { certificate: "0aff" }],
    [
      { certificate: "0x0aff", authority: "m1" },
      { certificate: "0aff", authority: "m1" },
    ],
    [{ certificate: "M1-0AFF".replace("M", "m") }, { certificate: "0aff", authority: "m1" }],
    [{ certificate: digest }, { sha256: digest.toLowerCase() }],
    [{ sha256: "0F:".repeat(31).concat("0F") }, { sha256: digest.toLowerCase() }],
    [{ spkiSha256: digest }, { spkiSha256: digest.toLowerCase() }],
    [{ tenant: "acme", holder: "device-1" }, undefined],
    [
      { tenant: "acme", lot: "w47" },
      { tenant: "acme", lots: ["w47"] },
    ],
    [
      { tenant: "acme", lots: ["b", "a", "b"] },
      { tenant: "acme", lots: ["a", "b"] },
    ],
    [{ tenant: "acme" }, undefined],
    [{ authority: "m1" }, undefined],
    [
      { tenant: "acme", issuedFrom: "2026-01-01T00:00:00.000Z", issuedTo: "2026-02-01T00:00:00.000Z" },
      undefined,
    ],
    [
      { authority: "m1", issuedFrom: "2026-01-01T00:00:00.000Z", issuedTo: "2026-02-01T00:00:00.000Z" },
      undefined,
    ],
    [{ query: { tenant: "acme", lot: "w47", state: "held" } }, undefined],
    [{ query: { authority: "m1", expiresBefore: "2026-02-01T00:00:00.000Z" } }, undefined],
  ] as const)("is read, and shown in one spelling: %o", (given, shown) => {
    expect(presentSelector(readSelector(planSelectorSchema.parse(given)))).toEqual(shown ?? given);
  });

  it.each([
    [{}],
    [{ certificate: "no serial" }],
    [{ certificate: "m1-0aff", authority: "m2" }],
    [{ sha256: "0f" }],
    [{ holder: "device-1" }],
    [{ tenant: "acme", lots: [] }],
    [{ tenant: "acme", lots: Array.from({ length: 101 }, (_, index) => `l${index}`) }],
    [{ tenant: "acme", issuedFrom: "2026-02-01T00:00:00Z", issuedTo: "2026-02-01T00:00:00Z" }],
    [{ tenant: "acme", authority: "m1" }],
    [{ query: {} }],
    [{ query: { lot: "w47", authority: "m1" } }],
  ])("is refused: %o", given => {
    expect(planSelectorSchema.safeParse(given).success).toBe(false);
  });

  it("may name a hundred lots, and no plan but a hold ends by itself", () => {
    const lots = Array.from({ length: 100 }, (_, index) => `l${index}`);
    expect(planSelectorSchema.safeParse({ tenant: "acme", lots }).success).toBe(true);
    const hold = { certificates: { tenant: "acme" }, reason: "unspecified", until: "2026-04-01T00:00:00Z" };
    expect(newPlanSchema.safeParse({ ...hold, action: "hold" }).success).toBe(true);
    expect(newPlanSchema.safeParse(hold).success).toBe(false);
  });
});
