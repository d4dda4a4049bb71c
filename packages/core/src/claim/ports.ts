// What claims need of the registry.
import type { AuditRecord } from "#core/audit.ts";
import type { Claim, ClaimId, ClaimState } from "./claim.ts";

export type ClaimReader = {
  /** Strongly consistent. */
  readonly readClaim: (id: string) => Promise<Claim | undefined>;
  /** Claims of the line's certificate, those that end last first; 50 at most. Strongly consistent. */
  readonly claimsOfLine: (tenant: string, line: string) => Promise<readonly Claim[]>;
};

/** What an operator may change. */
export type ClaimChange = {
  readonly state: ClaimState;
  readonly count: number;
  readonly expiresAt: Date;
};

export type ClaimChangeResult =
  | { readonly kind: "changed"; readonly claim: Claim }
  | { readonly kind: "changed_meanwhile"; readonly version: number }
  /** The count cannot go below what is used. */
  | { readonly kind: "used"; readonly used: number };

export type ClaimRegistry = ClaimReader & {
  /** The claim, its counters, its places in the lists, and the audit, in one transaction. */
  readonly insertClaim: (claim: Claim, audit: AuditRecord) => Promise<void>;
  /** All counters change with the claim, or nothing does. Expects the claim's version. */
  readonly changeClaim: (claim: Claim, change: ClaimChange, audit: AuditRecord) => Promise<ClaimChangeResult>;
  /** How many certificates may still be asked for. Strongly consistent. */
  readonly leftOf: (id: ClaimId) => Promise<number>;
  /** The tenant's claims, newest first; `after` is where the last call ended. */
  readonly listClaims: (
    tenant: string,
    limit: number,
    after: string | undefined,
  ) => Promise<{ readonly claims: readonly Claim[]; readonly next: string | undefined }>;
};
