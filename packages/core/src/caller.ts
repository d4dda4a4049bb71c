// Who is asking, after authentication: a certificate that came through the edge, a claim's token, or an operator's.
import { fail } from "#core/error.ts";
import type { AskedBy } from "#core/profile/profile.ts";

export type Caller =
  | {
      readonly kind: "certificate";
      readonly tenant: string;
      readonly holder: string;
      readonly profile: string;
      readonly certificateId: string;
      readonly sha256: string;
    }
  | { readonly kind: "token"; readonly tenant: string; readonly claimId: string }
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
  switch (caller.kind) {
    case "certificate":
      return `certificate:${caller.certificateId}`;
    case "token":
      return `claim:${caller.claimId}`;
    case "operator":
      return `operator:${caller.subject}`;
  }
}

/**
 * Whom an idempotency key belongs to. A certificate stands for its holder: a line that renews its certificate between
 * two tries is the same line.
 */
export function principalOf(caller: Caller): string {
  return caller.kind === "certificate" ? `holder:${caller.tenant}:${caller.holder}` : actorOf(caller);
}

/** Refuses with `caller.forbidden` unless the operator's token holds `scope`. */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.kind !== "operator") fail("caller.forbidden", { reason: "this call is for operators" });
  if (!caller.scopes.includes(scope))
    fail("caller.forbidden", { reason: `the token lacks the scope ${scope}` });
}

/** As what the caller may ask for certificates of others. Refuses with `caller.forbidden`. */
export function askerOf(caller: Caller): AskedBy {
  switch (caller.kind) {
    case "operator":
      requireScope(caller, "certificates:write");
      return "operator";
    case "token":
      return "token";
    case "certificate":
      if (caller.profile === "factory") return "factory";
      return fail("caller.forbidden", {
        reason: `a certificate of the profile ${caller.profile} may only be renewed`,
      });
  }
}

/**
 * The tenant an enrolment belongs to; undefined when an operator names none. Certificates and tokens have one, which
 * nothing in a request changes (threat A3). Refuses with `caller.forbidden`.
 */
export function tenantOf(caller: Caller, requested: string | undefined): string | undefined {
  if (caller.kind === "operator") return requested;
  if (requested !== undefined && requested !== caller.tenant) {
    fail("caller.forbidden", { reason: "the tenant is not the caller's" });
  }
  return caller.tenant;
}

/** Tenants never see each other; an operator with read scope sees all. A token is for asking, not for looking around. */
export function maySee(caller: Caller, tenant: string): boolean {
  switch (caller.kind) {
    case "certificate":
      return caller.tenant === tenant;
    case "token":
      return false;
    case "operator":
      return caller.scopes.includes("certificates:read");
  }
}

/** Whoever asked may see how the request fares, a token too. */
export function maySeeEnrolment(
  caller: Caller,
  enrolment: { readonly tenant: string; readonly actor: string },
): boolean {
  return maySee(caller, enrolment.tenant) || (caller.kind === "token" && enrolment.actor === actorOf(caller));
}
