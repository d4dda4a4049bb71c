// GET /v1/certificates.
import * as z from "zod";
import { certificateStates } from "#core/certificate/certificate.ts";
import { longestCursor } from "#core/listing/cursor.ts";
import { authorityIdSchema, holderSchema, lotSchema, tenantSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";
import { listedCertificateSchema } from "./certificate.ts";

const limitSchema = z
  .string()
  .regex(/^(?:[1-9]\d?|1\d\d|200)$/, "1 to 200")
  .default("50")
  .meta({ description: "1 to 200" });

const cursorSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, "a cursor that a listing gave")
  .max(longestCursor)
  .meta({ description: "`next` of the page before, with the same filters" });

export const listQuerySchema = z.strictObject({
  tenant: tenantSchema.optional(),
  holder: holderSchema.optional(),
  lot: lotSchema.optional(),
  authority: authorityIdSchema.optional(),
  state: z.enum(certificateStates).optional(),
  "expires-before": z.iso.datetime().optional().meta({ description: "Exclusive, UTC" }),
  limit: limitSchema,
  cursor: cursorSchema.optional(),
});

export type ListQuery = z.infer<typeof listQuerySchema>;

export const certificatePageSchema = z
  .object({
    certificates: z.array(listedCertificateSchema),
    next: z.string().optional().meta({ description: "The cursor of the next page; absent on the last" }),
  })
  .meta({ id: "CertificatePage" });

export type CertificatePageBody = z.infer<typeof certificatePageSchema>;

export const getCertificates = {
  method: "GET",
  path: "/v1/certificates",
  summary: "List certificates, page by page",
  description:
    "A certificate lists its own tenant's. An operator names a tenant or an authority; a holder or a lot is one of a " +
    "tenant. Newest first within a tenant, by slot within a lot or an authority. One call looks at 2,000 rows at most, " +
    "so a page may hold fewer than `limit`, or none, and still have a `next`. A listing may be seconds behind.",
  callers: { certificate: "any", operator: "certificates:read" },
  query: listQuerySchema,
  responses: {
    200: {
      description: "A page. `Link` with `rel=next` leads to the one after it.",
      headers: ["link"],
      content: { kind: "json", schema: certificatePageSchema },
    },
  },
  problems: [],
} as const satisfies RouteContract;
