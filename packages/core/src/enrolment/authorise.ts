// Whether this caller may ask for this certificate. Who may ask for what is the profile's word; for whom, in which lot
// and how often is the claim's (threat A1).
import { askerOf, type Caller, tenantOf } from "#core/caller.ts";
import { type ClaimUse, covers } from "#core/claim/claim.ts";
import type { ClaimSource } from "#core/claim/claim-source.ts";
import { fail } from "#core/error.ts";
import type { Profile } from "#core/profile/profile.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";
import type { EnrolRequest } from "./request.ts";

export type AuthoriseDeps = { readonly claims: ClaimSource; readonly profiles: ProfileSource };

export type Grant = {
  /** Undefined when an operator names none: the one thing that is missing is told with whatever else is. */
  readonly tenant: string | undefined;
  /** Undefined when there is none of that name. */
  readonly profile: Profile | undefined;
  /** Undefined for operators, who need none. */
  readonly claims?: readonly ClaimUse[];
};

/** Refuses with `caller.forbidden`, with the reason and what would help. Nothing is drawn on yet. */
export async function authorise(deps: AuthoriseDeps, caller: Caller, request: EnrolRequest): Promise<Grant> {
  const asker = askerOf(caller);
  const tenant = tenantOf(caller, request.tenant);
  const profile = await deps.profiles.find(request.profile);
  if (profile !== undefined && !profile.askedBy.includes(asker)) {
    fail("caller.forbidden", { reason: `this caller may not ask for the profile ${profile.name}` });
  }
  if (caller.kind === "operator") return { tenant, profile };
  return { tenant, profile, claims: await claimsOf(deps.claims, caller, request) };
}

async function claimsOf(
  source: ClaimSource,
  caller: Exclude<Caller, { kind: "operator" }>,
  { profile, lot, holder }: EnrolRequest,
): Promise<readonly ClaimUse[]> {
  const wanted = { profile, lot, holder };
  if (caller.kind === "certificate") {
    const claims = await source.covering(caller.tenant, caller.holder, wanted);
    if (claims.length > 0) return claims;
    return fail("caller.forbidden", {
      reason: "no claim of this line covers the profile, lot and holder: an operator makes one at /v1/claims",
    });
  }
  const claim = await source.find(caller.claimId);
  if (claim !== undefined && claim.tenant === caller.tenant && covers(claim, wanted)) return [claim];
  return fail("caller.forbidden", {
    reason: "the token's claim does not cover the profile, lot and holder: an operator makes another one",
  });
}
