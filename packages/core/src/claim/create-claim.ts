// Creates a claim. A token's secret is answered here and never again: the registry keeps its digest alone.
import * as z from "zod";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { type Finding, fail } from "#core/error.ts";
import { holderSchema, lotSchema, profileNameSchema, tenantSchema } from "#core/name.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";
import { type Claim, newClaimId, newToken, shardsFor } from "./claim.ts";
import type { ClaimRegistry } from "./ports.ts";

const listOf = (name: z.ZodString, most: number) =>
  z.union([z.literal("any"), z.array(name).min(1).max(most)]);

export const claimCountSchema = z.int().min(1).max(1_000_000);

const scope = {
  tenant: tenantSchema,
  profiles: z.array(profileNameSchema).min(1).max(20).default(["device"]),
  /** `any` has to be said: a claim without bounds is nobody's accident. */
  lots: listOf(lotSchema, 50),
  holders: listOf(holderSchema, 100).default("any"),
  expiresAt: z.iso.datetime(),
};

export const createClaimSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("certificate"),
    line: holderSchema,
    ...scope,
    count: claimCountSchema,
  }),
  z.strictObject({ kind: z.literal("token"), ...scope, count: claimCountSchema.default(1) }),
]);

export type CreateClaimRequest = z.infer<typeof createClaimSchema>;
type Kind = CreateClaimRequest["kind"];

export type CreateClaimDeps = {
  readonly registry: Pick<ClaimRegistry, "insertClaim">;
  readonly profiles: ProfileSource;
  readonly now: () => Date;
};

/** A token is carried about and lies in files; a certificate's key does not leave its line. */
const mostDays = { certificate: 3_650, token: 90 } as const satisfies Record<Kind, number>;
const askers = { certificate: "factory", token: "token" } as const;

/** Refuses with `caller.forbidden` and `request.malformed`. Answers the token of a claim that has one. */
export async function createClaim(
  deps: CreateClaimDeps,
  input: { readonly caller: Caller; readonly request: CreateClaimRequest; readonly requestId: string },
): Promise<{ readonly claim: Claim; readonly token: string | undefined }> {
  const { caller, request, requestId } = input;
  requireScope(caller, "certificates:write");
  const now = deps.now();
  const findings = [
    ...expiryFindings(request.kind, new Date(request.expiresAt), now),
    ...(await profileFindings(deps.profiles, request)),
  ];
  if (findings.length > 0) fail("request.malformed", { findings });
  const id = newClaimId();
  const { asker, token } = await askerFor(id, request);
  const claim: Claim = {
    id,
    tenant: request.tenant,
    profiles: [...new Set(request.profiles)],
    lots: unique(request.lots),
    holders: unique(request.holders),
    asker,
    state: "enabled",
    count: request.count,
    expiresAt: new Date(request.expiresAt),
    shards: shardsFor(request.count),
    createdAt: now,
    createdBy: actorOf(caller),
    version: 1,
  };
  await deps.registry.insertClaim(claim, {
    subject: id,
    action: "claim.created",
    actor: actorOf(caller),
    requestId,
    at: now,
    facts: { kind: request.kind, count: String(claim.count), expiresAt: claim.expiresAt.toISOString() },
  });
  return { claim, token };
}

async function askerFor(
  id: Claim["id"],
  request: CreateClaimRequest,
): Promise<{ readonly asker: Claim["asker"]; readonly token: string | undefined }> {
  if (request.kind === "certificate")
    return { asker: { kind: "certificate", line: request.line }, token: undefined };
  const { token, secretSha256 } = await newToken(id);
  return { asker: { kind: "token", secretSha256 }, token };
}

export function expiryFindings(kind: Kind, expiresAt: Date, now: Date): readonly Finding[] {
  const days = mostDays[kind];
  const inRange = now < expiresAt && expiresAt.getTime() <= now.getTime() + days * 86_400_000;
  if (inRange) return [];
  return [{ code: "claim.expiry", detail: `it lies ahead, by ${days} days at most`, pointer: "/expiresAt" }];
}

async function profileFindings(
  source: ProfileSource,
  { kind, profiles }: CreateClaimRequest,
): Promise<readonly Finding[]> {
  const found = await Promise.all(profiles.map(name => source.find(name)));
  return found.flatMap((profile, index): readonly Finding[] => {
    const pointer = `/profiles/${index}`;
    if (profile === undefined)
      return [{ code: "profile.unknown", detail: "there is no profile of this name", pointer }];
    if (profile.askedBy.includes(askers[kind])) return [];
    const detail = `the profile ${profile.name} is not asked for by a ${askers[kind]}`;
    return [{ code: "claim.profile", detail, pointer }];
  });
}

function unique(names: readonly string[] | "any"): readonly string[] | "any" {
  return names === "any" ? names : [...new Set(names)];
}
