// A claim: what lets a factory line, or whoever holds a token, enrol others. It binds the asker to a tenant, to
// profiles, lots and holders, to a number of certificates and to a time, and can be switched off (threat A1).
import { fail } from "#core/error.ts";
import { sha256Hex, toHex } from "#core/sha256.ts";

export const claimStates = ["enabled", "disabled"] as const;
export type ClaimState = (typeof claimStates)[number];

export type ClaimId = string & { readonly __brand: "ClaimId" };

/** What a claim is for never changes, so that a worker may remember it: another scope is another claim. */
export type ClaimScope = {
  readonly tenant: string;
  readonly profiles: readonly string[];
  readonly lots: readonly string[] | "any";
  readonly holders: readonly string[] | "any";
};

export type Claim = ClaimScope & {
  readonly id: ClaimId;
  readonly asker:
    | {
        readonly kind: "certificate";
        /** The holder of the line's `factory` certificate: the claim outlives the certificate's renewal. */
        readonly line: string;
      }
    | { readonly kind: "token"; readonly secretSha256: string };
  readonly state: ClaimState;
  /** Certificates it was made for, used and unused. */
  readonly count: number;
  readonly expiresAt: Date;
  /** Its counters: rows that share what is left, because one row takes one transaction at a time. */
  readonly shards: number;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly version: number;
};

/** What the transaction of an intent needs to draw on a claim. */
export type ClaimUse = Pick<Claim, "id" | "shards">;

export type ClaimRefusal = {
  readonly claimId: string;
  readonly reason: "exhausted" | "disabled" | "expired";
};

export function refuseClaim({ claimId, reason }: ClaimRefusal): never {
  if (reason === "exhausted") fail("claim.exhausted", { claimId });
  fail("claim.inactive", { claimId, reason });
}

/** Eight certificates to a counter and sixteen counters at most: few enough to change all of them at once. */
export function shardsFor(count: number): number {
  return Math.min(16, Math.max(1, Math.ceil(count / 8)));
}

/** `amount` over `shards` as evenly as whole numbers go. */
export function spread(amount: number, shards: number): readonly number[] {
  const each = Math.floor(amount / shards);
  return Array.from({ length: shards }, (_, shard) => each + (shard < amount - each * shards ? 1 : 0));
}

export function covers(
  claim: ClaimScope,
  request: { readonly profile: string; readonly lot: string | undefined; readonly holder: string },
): boolean {
  const { lot } = request;
  return (
    claim.profiles.includes(request.profile) &&
    (claim.lots === "any" || (lot !== undefined && claim.lots.includes(lot))) &&
    (claim.holders === "any" || claim.holders.includes(request.holder))
  );
}

export function newClaimId(): ClaimId {
  // The brand's source; 96 random bits, which nobody has to keep secret.
  return `clm_${toHex(crypto.getRandomValues(new Uint8Array(12)))}` as ClaimId;
}

/** The token as its holder shows it, and the digest that alone is kept: 256 random bits need no slow hash. */
export async function newToken(
  id: ClaimId,
): Promise<{ readonly token: string; readonly secretSha256: string }> {
  const secret = toHex(crypto.getRandomValues(new Uint8Array(32)));
  return { token: `ecc_${id.slice(4)}_${secret}`, secretSha256: await sha256Hex(secret) };
}

const tokenForm = /^ecc_([0-9a-f]{24})_([0-9a-f]{64})$/;

/** Undefined when the text is no claim token; then it may still be an operator's. */
export function parseToken(text: string): { readonly claimId: ClaimId; readonly secret: string } | undefined {
  const [, id, secret] = tokenForm.exec(text) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  return { claimId: `clm_${id}` as ClaimId, secret };
}

/** Compares digests, all of both: the time it takes tells nothing of the secret. */
export async function isSecretOf(claim: Claim, secret: string): Promise<boolean> {
  if (claim.asker.kind !== "token") return false;
  const given = await sha256Hex(secret);
  const known = claim.asker.secretSha256;
  let difference = given.length ^ known.length;
  for (let at = 0; at < given.length; at += 1) difference |= given.charCodeAt(at) ^ known.charCodeAt(at);
  return difference === 0;
}
