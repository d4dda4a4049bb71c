// What a claim looks like in answers. Its token is in one answer only, that of its creation.
import * as z from "zod";
import { claimStates } from "#core/claim/claim.ts";
import { holderSchema, lotSchema, profileNameSchema, tenantSchema } from "#core/name.ts";
import { timeSchema } from "./certificate.ts";

export const claimIdSchema = z.string().regex(/^clm_[0-9a-f]{24}$/);

const claim = {
  id: claimIdSchema,
  kind: z.enum(["certificate", "token"]),
  tenant: tenantSchema,
  line: holderSchema.optional().meta({ description: "Whose factory certificate asks; not of a token" }),
  profiles: z.array(profileNameSchema),
  lots: z.union([z.literal("any"), z.array(lotSchema)]),
  holders: z.union([z.literal("any"), z.array(holderSchema)]),
  state: z.enum(claimStates),
  count: z.int().meta({ description: "Certificates that it was made for, used and unused" }),
  expiresAt: timeSchema,
  createdAt: timeSchema,
  createdBy: z.string(),
  version: z.int(),
};

export const claimSchema = z.object(claim).meta({ id: "Claim" });

export const claimWithRestSchema = z
  .object({ ...claim, left: z.int().meta({ description: "Certificates that may still be asked for" }) })
  .meta({ id: "ClaimWithRest" });

export const newClaimSchema = z
  .object({
    ...claim,
    token: z
      .string()
      .regex(/^ecc_[0-9a-f]{24}_[0-9a-f]{64}$/)
      .optional()
      .meta({ description: "Shown once, of a token's claim: nobody can read it again" }),
  })
  .meta({ id: "NewClaim" });

export type ClaimBody = z.infer<typeof claimSchema>;
export type ClaimWithRestBody = z.infer<typeof claimWithRestSchema>;
export type NewClaimBody = z.infer<typeof newClaimSchema>;

export const claimParams = z.object({ id: z.string() });
