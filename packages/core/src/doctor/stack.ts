// The stack file: which deployment is looked at. Everything else is read from the deployment itself.
import * as z from "zod";

const identitySchema = z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) });

const distributionSchema = z.strictObject({
  id: z.string().regex(/^E[A-Z0-9]+$/, "a distribution's id"),
  purpose: z.enum(["content", "api", "renewal"]),
  /** Where a viewer finds it, with the path of a resource that the admitted canary may get. */
  url: z.url({ protocol: /^https$/ }),
});

const identityRuleSchema = z.strictObject({
  authority: z.string().exactOptional(),
  tenant: z.string().exactOptional(),
  holder: z.string().exactOptional(),
});

export const stackSchema = z.strictObject({
  distributions: z.array(distributionSchema).min(1),
  registryTable: z.string().min(1),
  /** What the edge functions were built with, beside what their distribution's purpose says. */
  edge: z
    .strictObject({
      ocsp: z.enum(["refuse-revoked", "require-good"]).default("refuse-revoked"),
      identities: z.union([z.literal("any"), z.array(identityRuleSchema)]).default("any"),
    })
    .prefault({}),
  /** PEM files, from the stack file's folder. */
  canaries: z
    .strictObject({ admitted: identitySchema.exactOptional(), refused: identitySchema.exactOptional() })
    .prefault({}),
  /** PEM of what signed the edge's server certificate, where that is not a public CA. */
  serverCa: z.string().exactOptional(),
});

export type Stack = z.infer<typeof stackSchema>;
export type StackDistribution = Stack["distributions"][number];
