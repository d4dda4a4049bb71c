// POST /v1/lots/{lot}/enrolments.
import * as z from "zod";
import { enrolRequestSchema } from "#core/enrolment/request.ts";
import { holderSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";
import { issuedCertificateSchema } from "./certificate.ts";
import { lotParams, lotQuery } from "./lot.ts";
import { pendingEnrolmentSchema } from "./post-certificates.ts";

export const mostLines = 1_000;

/** Tenant and lot are those of the call. */
export const lotLineSchema = enrolRequestSchema.omit({ tenant: true, lot: true });

const line = { line: z.int().min(1).meta({ description: "In the body, from 1, as an editor counts" }) };
const located = { ...line, holder: holderSchema };

export const issuedLineSchema = issuedCertificateSchema.omit({ chain: true }).extend({
  ...located,
  status: z.literal(201),
  location: z.string(),
  chainLocation: z.string().meta({ description: "Where the chain is: the same for all of an authority" }),
});

export const pendingLineSchema = pendingEnrolmentSchema.extend({
  ...located,
  status: z.literal(202),
  location: z.string(),
  retryAfterSeconds: z.int().min(1),
});

/** A problem document with two members more, and without `instance`: the call has one id for all lines. */
export const refusedLineSchema = z.object({
  ...line,
  holder: holderSchema.optional().meta({ description: "When the line could be read so far" }),
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().optional(),
  code: z.string(),
  errors: z
    .array(z.object({ code: z.string(), detail: z.string(), pointer: z.string() }))
    .optional()
    .meta({ description: "The first ones, as many as fit into 5,000 bytes; pointers point into the line" }),
  retryAfterSeconds: z.int().min(1).optional(),
});

export const lotResultSchema = z
  .union([issuedLineSchema, pendingLineSchema, refusedLineSchema])
  .meta({ id: "LotResult" });

export type IssuedLine = z.infer<typeof issuedLineSchema>;
export type PendingLine = z.infer<typeof pendingLineSchema>;
export type RefusedLine = z.infer<typeof refusedLineSchema>;
export type LotResult = z.infer<typeof lotResultSchema>;

export const postLotEnrolments = {
  method: "POST",
  path: "/v1/lots/{lot}/enrolments",
  summary: "Enrol many holders of a lot",
  description:
    `One holder with its CSR per line, at most ${mostLines} lines and 4,500,000 bytes. One result per line, in the order ` +
    "of the lines; a line that is refused hurts no other. The same call again gets the same answers, and goes on with " +
    "what was pending or not answered. An earlier line's holder or key is refused in a later line; an identical line " +
    "gets the same answer.",
  callers: { certificate: "factory", operator: "certificates:write" },
  params: lotParams,
  query: lotQuery,
  body: { kind: "lines", schema: lotLineSchema },
  responses: {
    200: {
      description: "The results. `Retry-After` when some line is worth repeating: the longest of theirs.",
      headers: ["retry-after"],
      content: { kind: "lines", schema: lotResultSchema },
    },
  },
  problems: ["resource.not_found", "registry.busy"],
} as const satisfies RouteContract;
