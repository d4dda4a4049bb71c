// The body of `POST /v1/authorities`: which CA, and what kind of authority it becomes.
import * as z from "zod";
import { authorityIdSchema } from "#core/name.ts";
import { caCertificateBytes } from "./ca-certificate.ts";

const caArn = z
  .string()
  .regex(
    /^arn:[a-z-]+:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[a-z0-9-]+$/,
    "the ARN of a Private CA",
  );

/** `kind` may be left out for a managed authority. */
const managedSchema = z
  .strictObject({ kind: z.literal("managed").optional(), id: authorityIdSchema, caArn })
  .transform(registration => ({ ...registration, kind: "managed" as const }));

export const registerAuthoritySchema = z.discriminatedUnion("kind", [
  managedSchema,
  z.strictObject({ kind: z.literal("adopted"), id: authorityIdSchema, caArn }),
  z.strictObject({
    kind: z.literal("foreign"),
    id: authorityIdSchema,
    certificatePem: z.string().max(caCertificateBytes),
    /** Take a CA that may sign further CAs. Clients of those are refused all the same: see `ca-certificate.ts`. */
    acceptSubordinates: z.boolean().default(false),
  }),
]);

export type Registration = z.infer<typeof registerAuthoritySchema>;
