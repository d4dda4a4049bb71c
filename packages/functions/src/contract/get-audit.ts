// GET /v1/audit.
import * as z from "zod";
import { tenantSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";
import { timeSchema } from "./certificate.ts";
import { cursorSchema, limitSchema } from "./page.ts";

export const auditQuerySchema = z
  .strictObject({
    subject: z.string().min(1).max(200).optional(),
    tenant: tenantSchema.optional(),
    day: z.iso.date().optional().meta({ description: "In UTC" }),
    limit: limitSchema(100),
    cursor: cursorSchema.optional(),
  })
  .refine(({ subject, day }) => (subject === undefined) !== (day === undefined), {
    message: "either a subject or a day",
  })
  .refine(({ subject, tenant }) => subject === undefined || tenant === undefined, {
    message: "a subject is named without its tenant",
    path: ["tenant"],
  });

export type AuditQuery = z.infer<typeof auditQuerySchema>;

const auditRecordSchema = z
  .object({
    at: timeSchema,
    action: z.string(),
    subject: z.string(),
    tenant: tenantSchema.optional(),
    actor: z.string(),
    requestId: z.string(),
    facts: z.record(z.string(), z.string()),
  })
  .meta({ id: "AuditRecord" });

export const auditPageSchema = z
  .object({
    records: z.array(auditRecordSchema),
    because: z
      .array(auditRecordSchema)
      .optional()
      .meta({
        description:
          "Of a subject: the records of the orders, plans and findings behind its own, and of what refuses a certificate " +
          "that does not say so itself (yet). The oldest first",
      }),
    next: z.string().optional().meta({ description: "The cursor of the next page; absent on the last" }),
  })
  .meta({ id: "AuditPage" });

export type AuditPageBody = z.infer<typeof auditPageSchema>;

export const getAudit = {
  method: "GET",
  path: "/v1/audit",
  summary: "What was decided, by whom",
  description:
    "By `subject` (the id of an enrolment, a certificate, a claim, …), or by `day` and `tenant`; a day without a tenant " +
    "shows what belongs to none. Newest first. A day may be seconds behind.",
  callers: { operator: "certificates:read" },
  query: auditQuerySchema,
  responses: {
    200: {
      description: "A page. `Link` with `rel=next` leads to the one after it.",
      headers: ["link"],
      content: { kind: "json", schema: auditPageSchema },
    },
  },
  problems: ["registry.busy"],
} as const satisfies RouteContract;
