// What a caller may post to ask for a certificate, and the durable identity of that request.
import * as z from "zod";
import { holderSchema, lotSchema, profileNameSchema, tenantSchema } from "#core/name.ts";
import { sha256Fields } from "#core/sha256.ts";
import type { EnrolmentId } from "./enrolment.ts";

export const enrolRequestSchema = z.strictObject({
  holder: holderSchema,
  profile: profileNameSchema.default("device"),
  tenant: tenantSchema.optional(),
  lot: lotSchema.optional(),
  csr: z.string().min(1, "a PEM certificate request").max(32_768, "at most 32,768 characters"),
});

export type EnrolRequest = z.infer<typeof enrolRequestSchema>;

/** RFC draft-ietf-httpapi-idempotency-key-header: opaque to us, capped so that it cannot be used as storage. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, "1 to 128 visible ASCII characters");

export type RequestIdentity = { readonly enrolmentId: EnrolmentId; readonly requestSha256: string };

/**
 * The enrolment id is a digest of what makes a request "the same": the caller's key, or else holder and CSR.
 * So the intent row is its own idempotency record, and one conditional put decides.
 */
export async function identifyRequest(request: {
  readonly tenant: string;
  /** Whom the key belongs to; it outlives a renewal of the caller's certificate. */
  readonly principal: string;
  readonly idempotencyKey: string | undefined;
  readonly holder: string;
  readonly profile: string;
  readonly lot: string | undefined;
  readonly csrSha256: string;
}): Promise<RequestIdentity> {
  const { tenant, principal, idempotencyKey, holder, profile, lot, csrSha256 } = request;
  // A key is scoped to the principal that chose it (threat A9); holder and CSR identify a request within its tenant.
  const identity =
    idempotencyKey === undefined
      ? await sha256Fields("csr", tenant, holder, profile, csrSha256)
      : await sha256Fields("key", tenant, principal, idempotencyKey);
  return {
    enrolmentId: `enr_${identity.slice(0, 32)}` as EnrolmentId,
    requestSha256: await sha256Fields(tenant, holder, profile, lot ?? "", csrSha256),
  };
}

/** PCA takes at most 36 characters; the digest covers all that makes an ask distinct (aws-services, 1.1). */
export async function idempotencyToken(ask: {
  readonly caArn: string;
  readonly csrSha256: string;
  readonly enrolmentId: string;
  readonly attempt: number;
}): Promise<string> {
  const digest = await sha256Fields(ask.caArn, ask.csrSha256, ask.enrolmentId, String(ask.attempt));
  return digest.slice(0, 36);
}
