// Changes what of a claim may change: whether it is in force, for how many certificates, and until when.
import * as z from "zod";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { type Finding, fail } from "#core/error.ts";
import { type Claim, claimStates } from "./claim.ts";
import { claimCountSchema, expiryFindings } from "./create-claim.ts";
import type { ClaimChange, ClaimRegistry } from "./ports.ts";

export const changeClaimSchema = z
  .strictObject({
    /** The version that the change was made from. */
    version: z.int().min(1),
    state: z.enum(claimStates).optional(),
    count: claimCountSchema.optional(),
    expiresAt: z.iso.datetime().optional(),
  })
  .refine(({ state, count, expiresAt }) => (state ?? count ?? expiresAt) !== undefined, {
    message: "one of state, count and expiresAt at least",
  });

export type ChangeClaimRequest = z.infer<typeof changeClaimSchema>;

export type ChangeClaimDeps = {
  readonly registry: Pick<ClaimRegistry, "readClaim" | "changeClaim">;
  readonly now: () => Date;
};

/**
 * Once this answers, the change is in force for every request that comes. Refuses with `caller.forbidden`,
 * `resource.not_found`, `resource.changed` and `request.malformed`.
 */
export async function changeClaim(
  deps: ChangeClaimDeps,
  input: {
    readonly caller: Caller;
    readonly id: string;
    readonly request: ChangeClaimRequest;
    readonly requestId: string;
  },
): Promise<Claim> {
  const { caller, id, request, requestId } = input;
  requireScope(caller, "certificates:write");
  const claim = await deps.registry.readClaim(id);
  if (claim === undefined) fail("resource.not_found", { kind: "claim" });
  if (claim.version !== request.version) fail("resource.changed", { version: claim.version });
  const now = deps.now();
  const change: ClaimChange = {
    state: request.state ?? claim.state,
    count: request.count ?? claim.count,
    expiresAt: request.expiresAt === undefined ? claim.expiresAt : new Date(request.expiresAt),
  };
  if (request.expiresAt !== undefined) refuse(expiryFindings(claim.asker.kind, change.expiresAt, now));
  const result = await deps.registry.changeClaim(claim, change, {
    subject: claim.id,
    action: "claim.changed",
    actor: actorOf(caller),
    requestId,
    at: now,
    facts: {
      state: change.state,
      count: String(change.count),
      expiresAt: change.expiresAt.toISOString(),
      version: String(claim.version + 1),
    },
  });
  switch (result.kind) {
    case "changed":
      return result.claim;
    case "changed_meanwhile":
      return fail("resource.changed", { version: result.version });
    case "used":
      return refuse([belowUsed(result.used)]);
  }
}

function belowUsed(used: number): Finding {
  return { code: "claim.count", detail: `${used} are used; it cannot be less`, pointer: "/count" };
}

function refuse(findings: readonly [Finding]): never;
function refuse(findings: readonly Finding[]): void;
function refuse(findings: readonly Finding[]): void {
  if (findings.length > 0) fail("request.malformed", { findings });
}
