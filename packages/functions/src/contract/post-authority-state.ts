// POST /v1/authorities/{id}/{prepare,activate,drain,retire}.
import * as z from "zod";
import { authorityIdSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";
import { authoritySchema } from "./authority.ts";

export const authorityStateBodySchema = z
  .strictObject({
    force: z
      .boolean()
      .default(false)
      .meta({ description: "Go on against those findings that may be forced: an emergency" }),
    reason: z.string().min(1).max(500).optional().meta({ description: "Why; goes on record" }),
  })
  .refine(({ force, reason }) => !force || reason !== undefined, {
    message: "who forces a change says why",
    path: ["reason"],
  });

const shared = {
  method: "POST",
  callers: { operator: "authorities:write" },
  params: z.object({ id: authorityIdSchema }),
  body: { kind: "json", schema: authorityStateBodySchema },
  responses: { 200: { description: "The authority.", content: { kind: "json", schema: authoritySchema } } },
  problems: ["resource.not_found", "authority.wrong_state", "authority.interlocked", "registry.busy"],
} as const;

export const prepareAuthority = {
  ...shared,
  path: "/v1/authorities/{id}/prepare",
  summary: "Stop issuing from an authority that was just activated",
  description:
    "The step back of activate: its certificates stay good. Of one that is prepared already, a new rehearsal is asked for.",
} as const satisfies RouteContract;

export const activateAuthority = {
  ...shared,
  path: "/v1/authorities/{id}/activate",
  summary: "Issue new certificates from this authority",
  description:
    "It issues from now on; those that were active before stay so and issue nothing unless this one cannot. Refused until the trust bundle in force holds its CA and a rehearsal has come through the edge. Also the step back of drain.",
} as const satisfies RouteContract;

export const drainAuthority = {
  ...shared,
  path: "/v1/authorities/{id}/drain",
  summary: "Issue nothing from this authority any more",
  description: "Its certificates stay good until they are renewed or expire. Also the step back of retire.",
} as const satisfies RouteContract;

export const retireAuthority = {
  ...shared,
  path: "/v1/authorities/{id}/retire",
  summary: "Take an authority out of the trust bundle",
  description: "Refused while one of its certificates is in force, or may still be issued.",
} as const satisfies RouteContract;
