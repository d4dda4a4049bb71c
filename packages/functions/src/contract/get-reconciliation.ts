// GET /v1/authorities/{id}/reconciliation.
import * as z from "zod";
import { authorityIdSchema } from "#core/name.ts";
import { findingCauses } from "#core/reconciliation/finding.ts";
import type { RouteContract } from "../http/contract.ts";
import { certificateIdSchema, timeSchema } from "./certificate.ts";
import { cursorSchema, limitSchema } from "./page.ts";

export const reconciliationQuerySchema = z.strictObject({
  limit: limitSchema(100),
  cursor: cursorSchema.optional(),
});

const findingSchema = z
  .object({
    certificate: certificateIdSchema,
    cause: z.enum(findingCauses),
    state: z.enum(["open", "settled"]).meta({ description: "By what the registry says now" }),
    proposal: z.object({
      action: z.enum(["inspect", "revoke", "wait", "none"]),
      detail: z.string(),
    }),
    foundAt: timeSchema,
    report: z.string().meta({ description: "The CA's audit report" }),
    certificateArn: z.string(),
    subject: z.string().meta({ description: "As the CA writes it" }),
    notAfter: timeSchema,
  })
  .meta({ id: "CaFinding" });

export const reconciliationSchema = z
  .object({
    authority: authorityIdSchema,
    report: z.string().optional().meta({ description: "The last report that was judged to its end" }),
    judgedUntil: timeSchema.optional().meta({ description: "What was issued before has been judged" }),
    fullPassAt: timeSchema
      .optional()
      .meta({ description: "When all certificates were judged last, old ones too" }),
    findings: z.array(findingSchema),
    next: z.string().optional().meta({ description: "The cursor of the next page; absent on the last" }),
  })
  .meta({ id: "CaReconciliation" });

export type ReconciliationBody = z.infer<typeof reconciliationSchema>;

export const getReconciliation = {
  method: "GET",
  path: "/v1/authorities/{id}/reconciliation",
  summary: "What the CA's own list and the registry do not agree on",
  description:
    "Findings of the job `reconcile-ca`, each with what to do about it; by cause, then certificate. Kept until 90 days " +
    "after the certificate has ended.",
  callers: { operator: "certificates:read" },
  params: z.object({ id: authorityIdSchema }),
  query: reconciliationQuerySchema,
  responses: {
    200: {
      description: "A page. `Link` with `rel=next` leads to the one after it.",
      headers: ["link"],
      content: { kind: "json", schema: reconciliationSchema },
    },
  },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;
