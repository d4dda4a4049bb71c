// Claims as the API shows them. The digest of a token's secret stays where it is.
import type { Claim } from "#core/claim/claim.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import type { ClaimBody } from "../contract/claim.ts";

export function presentClaim(claim: Claim): ClaimBody {
  const { asker } = claim;
  return {
    id: claim.id,
    kind: asker.kind,
    tenant: claim.tenant,
    ...(asker.kind === "certificate" ? { line: asker.line } : {}),
    profiles: [...claim.profiles],
    lots: claim.lots === "any" ? "any" : [...claim.lots],
    holders: claim.holders === "any" ? "any" : [...claim.holders],
    state: claim.state,
    count: claim.count,
    expiresAt: isoSeconds(claim.expiresAt),
    createdAt: isoSeconds(claim.createdAt),
    createdBy: claim.createdBy,
    version: claim.version,
  };
}
