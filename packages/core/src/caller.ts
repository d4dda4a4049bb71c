// Who is asking, after authentication: a certificate that came through the edge, or an operator's token.
import { fail } from "#core/error.ts";
import type { AskedBy, Profile } from "#core/profile/profile.ts";

export type Caller =
  | {
      readonly kind: "certificate";
      readonly tenant: string;
      readonly holder: string;
      readonly profile: string;
      readonly certificateId: string;
      readonly sha256: string;
    }
  | { readonly kind: "operator"; readonly subject: string; readonly scopes: readonly string[] };

export type Scope =
  | "certificates:read"
  | "certificates:write"
  | "revocations:plan"
  | "revocations:apply"
  | "revocations:approve"
  | "authorities:write";

/** `<kind>:<id>` as audit records carry it. */
export function actorOf(caller: Caller): string {
  return caller.kind === "operator" ? `operator:${caller.subject}` : `certificate:${caller.certificateId}`;
}

/** Refuses with `caller.forbidden` unless the operator's token holds `scope`. */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.kind !== "operator") fail("caller.forbidden", { reason: "this call is for operators" });
  if (!caller.scopes.includes(scope))
    fail("caller.forbidden", { reason: `the token lacks the scope ${scope}` });
}

/**
 * The tenant an enrolment belongs to. A certificate's own tenant always wins (threat A3: identity never comes from
 * a body); an operator must name one. Refuses callers that the profile does not list.
 */
export function tenantFor(caller: Caller, profile: Profile, requested: string | undefined): string {
  const asker: AskedBy | undefined =
    caller.kind === "operator" ? "operator" : caller.profile === "factory" ? "factory" : undefined;
  if (asker === undefined || !profile.askedBy.includes(asker)) {
    fail("caller.forbidden", { reason: `this caller may not ask for the profile ${profile.name}` });
  }
  if (caller.kind === "operator") {
    requireScope(caller, "certificates:write");
    if (requested === undefined) {
      fail("request.malformed", {
        findings: [{ code: "tenant.missing", detail: "an operator names the tenant", pointer: "/tenant" }],
      });
    }
    return requested;
  }
  if (requested !== undefined && requested !== caller.tenant) {
    fail("caller.forbidden", { reason: "the tenant is not the caller's" });
  }
  return caller.tenant;
}

/** Tenants never see each other; an operator with read scope sees all. */
export function maySee(caller: Caller, tenant: string): boolean {
  return caller.kind === "operator" ? caller.scopes.includes("certificates:read") : caller.tenant === tenant;
}
