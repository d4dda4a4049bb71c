// GET /v1/enrolments/{id}.
import * as z from "zod";
import { enrolmentStates } from "#core/enrolment/enrolment.ts";
import { holderSchema, tenantSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";
import { enrolmentIdSchema, timeSchema } from "./certificate.ts";

export const enrolmentSchema = z
  .object({
    enrolment: enrolmentIdSchema,
    state: z.enum(enrolmentStates),
    tenant: tenantSchema,
    holder: holderSchema,
    profile: z.string(),
    createdAt: timeSchema,
    certificate: z.string().optional().meta({ description: "The certificate's path, once it is issued" }),
  })
  .meta({ id: "Enrolment" });

export type EnrolmentBody = z.infer<typeof enrolmentSchema>;

export const getEnrolment = {
  method: "GET",
  path: "/v1/enrolments/{id}",
  summary: "Where a request for a certificate stands",
  callers: { certificate: "any", operator: "certificates:read" },
  responses: {
    200: {
      description: "The enrolment. It says when to ask again while it is open.",
      headers: ["retry-after"],
      content: { kind: "json", schema: enrolmentSchema },
    },
  },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;
