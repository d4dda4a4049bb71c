// Claims as enrolment looks them up. What a claim is for never changes, so a worker remembers it; whether it is in force
// and how much of it is left is decided by its counters, in the transaction of each intent.
import { remember } from "#core/remember.ts";
import { type Claim, covers } from "./claim.ts";
import type { ClaimReader } from "./ports.ts";

type Wanted = Parameters<typeof covers>[1];

export type ClaimSource = {
  readonly find: (id: string) => Promise<Claim | undefined>;
  /** Claims of the line that cover the request, the likeliest to be in force first. */
  readonly covering: (tenant: string, line: string, wanted: Wanted) => Promise<readonly Claim[]>;
};

/** Beyond that an intent tries no further. */
const mostCandidates = 8;

export function claimSource(
  registry: ClaimReader,
  options: { readonly keepMs: number; readonly now: () => Date },
): ClaimSource {
  const byId = remember(registry.readClaim, options, claim => claim !== undefined);
  // A tenant's name holds no blank.
  const byLine = remember((key: string) => {
    const [tenant = "", line = ""] = key.split(" ");
    return registry.claimsOfLine(tenant, line);
  }, options);

  const inForce = (claim: Claim): boolean => claim.state === "enabled" && options.now() < claim.expiresAt;
  const rank = (claims: readonly Claim[], wanted: Wanted): readonly Claim[] =>
    claims
      .filter(claim => covers(claim, wanted))
      .sort((a, b) => Number(inForce(b)) - Number(inForce(a)))
      .slice(0, mostCandidates);

  return {
    find: byId,
    covering: async (tenant, line, wanted) => {
      const key = `${tenant} ${line}`;
      const known = rank(await byLine(key), wanted);
      // A claim that was made a second ago counts: only a refusal pays for the second look.
      return known.length > 0 && known.some(inForce) ? known : rank(await byLine.anew(key), wanted);
    },
  };
}
