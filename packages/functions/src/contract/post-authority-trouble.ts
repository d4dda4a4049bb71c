// POST /v1/authorities/{id}/{distrust,not-before-floor}.
import * as z from "zod";
import { revocationReasons } from "#core/certificate/certificate.ts";
import { idempotencyKeySchema } from "#core/enrolment/request.ts";
import { authorityIdSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";
import { planSchema } from "./plan.ts";

const lineText = (most: number) =>
  z.string().regex(new RegExp(`^\\P{C}{1,${most}}$`, "u"), `1 to ${most} printable characters`);

const why = {
  reason: z.enum(revocationReasons).default("cACompromise"),
  note: lineText(500).optional(),
  ticket: lineText(100).optional(),
};

export const distrustRequestSchema = z.strictObject(why);
export const floorRequestSchema = z.strictObject({
  at: z.iso
    .datetime({ offset: true })
    .meta({ description: "What is valid from before this moment is refused" }),
  ...why,
});

export type DistrustRequest = z.infer<typeof distrustRequestSchema>;

const shared = {
  method: "POST",
  callers: { operator: "revocations:plan" },
  headers: z.object({ "idempotency-key": idempotencyKeySchema.optional() }),
  params: z.object({ id: authorityIdSchema }),
  responses: {
    201: {
      description: "The plan. Another approves it, then it is applied; until it is lifted.",
      headers: ["location"],
      content: { kind: "json", schema: planSchema },
    },
  },
  problems: ["resource.not_found", "idempotency.conflict", "registry.busy"],
} as const;

export const distrustAuthority = {
  ...shared,
  path: "/v1/authorities/{id}/distrust",
  summary: "Plan to refuse every certificate of an authority",
  description:
    "Nothing is refused by this. Applied, the plan is one write, and can be lifted again. It takes the scope " +
    "`authorities:write` as well.",
  body: { kind: "json", schema: distrustRequestSchema },
} as const satisfies RouteContract;

export const raiseNotBeforeFloor = {
  ...shared,
  path: "/v1/authorities/{id}/not-before-floor",
  summary: "Plan to refuse what an authority issued before a moment",
  description:
    "As distrust, for certificates that are valid from before the moment. The handshake judges them; a request on a " +
    "connection that is open already is not asked for its dates.",
  body: { kind: "json", schema: floorRequestSchema },
} as const satisfies RouteContract;
