// What a rule looks like in answers, and the contracts that need no more than that.
import * as z from "zod";
import { findingSources } from "#core/automation/finding.ts";
import { ruleDefinitionSchema } from "#core/automation/put-rule.ts";
import { ruleActions, ruleScopes } from "#core/automation/rule.ts";
import { revocationReasons } from "#core/certificate/certificate.ts";
import { automationIdSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";
import { timeSchema } from "./certificate.ts";

export const ruleSchema = z
  .object({
    id: z.string(),
    builtIn: z.boolean(),
    order: z.int().meta({ description: "The first rule that matches decides; lower is earlier" }),
    match: z.object({
      source: z.enum(findingSources),
      senders: z.array(z.string()).optional(),
      accounts: z.array(z.string()).optional().meta({ description: "Absent: edgecert's own account alone" }),
      types: z.array(z.string()).optional().meta({ description: "`*` ends the beginning of a name" }),
      minimumSeverity: z.number().optional(),
    }),
    action: z.enum(ruleActions),
    selects: z.enum(ruleScopes),
    lineage: z.boolean().meta({ description: "Successors by renewal go too" }),
    reason: z.enum(revocationReasons).optional().meta({ description: "Instead of the finding's own" }),
    brake: z
      .object({
        certificates: z.int().meta({ description: "Of one tenant" }),
        percent: z.int().optional().meta({ description: "Of one tenant's; the smaller of the two counts" }),
        atLeast: z.int().meta({ description: "A share is no less than this" }),
        acrossTenants: z.int(),
      })
      .meta({ description: "At most so many certificates within any 60 minutes" }),
    version: z.int().optional().meta({ description: "Of a rule that is not built in" }),
    changedAt: timeSchema.optional(),
    changedBy: z.string().optional(),
  })
  .meta({ id: "Rule" });

export type RuleBody = z.infer<typeof ruleSchema>;

const ruleParams = z.object({ id: z.string() });

export const getRules = {
  method: "GET",
  path: "/v1/rules",
  summary: "All rules, in the order they are tried",
  callers: { operator: "certificates:read" },
  responses: {
    200: {
      description: "All of them.",
      content: { kind: "json", schema: z.object({ rules: z.array(ruleSchema) }).meta({ id: "RuleList" }) },
    },
  },
  problems: [],
} as const satisfies RouteContract;

export const getRule = {
  method: "GET",
  path: "/v1/rules/{id}",
  summary: "One rule",
  callers: { operator: "certificates:read" },
  params: ruleParams,
  responses: { 200: { description: "The rule.", content: { kind: "json", schema: ruleSchema } } },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;

export const putRule = {
  method: "PUT",
  path: "/v1/rules/{id}",
  summary: "Say what is done about findings, and how much of it",
  description:
    "`version` is the version that this one replaces; a new rule has none. With the id of a built-in rule it takes its " +
    "place. It counts for findings from now on. What the brake holds becomes a plan that waits for approval.",
  callers: { operator: "revocations:approve" },
  params: z.object({ id: automationIdSchema }),
  body: { kind: "json", schema: ruleDefinitionSchema },
  responses: { 200: { description: "The rule.", content: { kind: "json", schema: ruleSchema } } },
  problems: ["resource.not_found", "resource.changed", "registry.busy"],
} as const satisfies RouteContract;

export const deleteRule = {
  method: "DELETE",
  path: "/v1/rules/{id}",
  summary: "Take a rule back",
  description: "A built-in rule of the same id is in force again.",
  callers: { operator: "revocations:approve" },
  params: ruleParams,
  responses: { 200: { description: "What is gone.", content: { kind: "json", schema: ruleSchema } } },
  problems: ["resource.not_found", "resource.changed", "registry.busy"],
} as const satisfies RouteContract;
