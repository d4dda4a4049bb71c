// POST /v1/certificates/{id}/renew.
import * as z from "zod";
import { enrolRequestSchema, idempotencyKeySchema } from "#core/enrolment/request.ts";
import type { RouteContract } from "../http/contract.ts";
import { issuingProblems, postCertificates } from "./post-certificates.ts";

export const renewRequestSchema = enrolRequestSchema.pick({ csr: true });

export const renewingProblems = [
  "resource.not_found",
  "renewal.refused",
  "renewal.too_early",
  "renewal.exists",
  ...issuingProblems,
] as const;

export const renewCertificate = {
  method: "POST",
  path: "/v1/certificates/{id}/renew",
  summary: "Renew the caller's own certificate",
  description:
    "Inside its renewal window, for a new key unless the profile allows the old one. The same key again is answered with " +
    "the same certificate. The old certificate stays good until it is retired.",
  callers: { certificate: "holder" },
  headers: z.object({ "idempotency-key": idempotencyKeySchema.optional() }),
  body: { kind: "json", schema: renewRequestSchema },
  responses: postCertificates.responses,
  problems: renewingProblems,
} as const satisfies RouteContract;
