// POST /v1/certificates.
import * as z from "zod";
import { enrolRequestSchema, idempotencyKeySchema } from "#core/enrolment/request.ts";
import type { RouteContract } from "../http/contract.ts";
import { enrolmentIdSchema, issuedCertificateSchema } from "./certificate.ts";

export const pendingEnrolmentSchema = z
  .object({ enrolment: enrolmentIdSchema, state: z.enum(["accepted", "issuing"]) })
  .meta({ id: "PendingEnrolment" });

export type PendingEnrolmentBody = z.infer<typeof pendingEnrolmentSchema>;

/** What any route that issues may refuse with, past the request itself. */
export const issuingProblems = [
  "claim.exhausted",
  "claim.inactive",
  "enrolment.refused",
  "enrolment.key_in_use",
  "enrolment.key_blocked",
  "enrolment.failed",
  "idempotency.conflict",
  "lot.revoked",
  "authority.unavailable",
  "ca.exhausted",
  "registry.busy",
] as const;

export const postCertificates = {
  method: "POST",
  path: "/v1/certificates",
  summary: "Enrol one holder",
  description:
    "The same request again, or another with the same idempotency key, is answered with the same certificate.",
  callers: { certificate: "factory", operator: "certificates:write" },
  headers: z.object({ "idempotency-key": idempotencyKeySchema.optional() }),
  body: { kind: "json", schema: enrolRequestSchema },
  responses: {
    201: {
      description: "The certificate, and the chain of its CA up to the root.",
      headers: ["location"],
      content: { kind: "json", schema: issuedCertificateSchema },
    },
    202: {
      description: "The request is recorded and the CA is slow: repeat it, or ask for the enrolment.",
      headers: ["location", "retry-after"],
      content: { kind: "json", schema: pendingEnrolmentSchema },
    },
  },
  problems: issuingProblems,
} as const satisfies RouteContract;
