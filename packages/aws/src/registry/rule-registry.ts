// Operators' rules. One partition: they are few, and each finding reads them all.
import * as z from "zod";
import type { AuditRecord } from "#core/audit.ts";
import { findingSources } from "#core/automation/finding.ts";
import type { RuleRegistry } from "#core/automation/ports.ts";
import { type RecordedRule, ruleActions, ruleScopes } from "#core/automation/rule.ts";
import { revocationReasons } from "#core/certificate/certificate.ts";
import type { RegistryTable } from "./client.ts";
import { keys } from "./table.ts";
import { deleteVersion, putVersion, queryPartition } from "./versioned-rows.ts";

const texts = z.array(z.string());

const ruleRow = z
  .object({
    id: z.string(),
    order: z.number(),
    match: z
      .object({
        source: z.enum(findingSources),
        senders: texts.optional(),
        accounts: texts.optional(),
        types: texts.optional(),
        minimumSeverity: z.number().optional(),
      })
      .transform(({ senders, accounts, types, minimumSeverity, ...match }) => ({
        ...match,
        ...(senders === undefined ? {} : { senders }),
        ...(accounts === undefined ? {} : { accounts }),
        ...(types === undefined ? {} : { types }),
        ...(minimumSeverity === undefined ? {} : { minimumSeverity }),
      })),
    action: z.enum(ruleActions),
    selects: z.enum(ruleScopes),
    lineage: z.boolean(),
    reason: z.enum(revocationReasons).optional(),
    brake: z
      .object({
        certificates: z.number(),
        percent: z.number().optional(),
        atLeast: z.number(),
        acrossTenants: z.number(),
      })
      .transform(({ percent, ...brake }) => ({ ...brake, ...(percent === undefined ? {} : { percent }) })),
    version: z.number(),
    changedAt: z.iso.datetime().transform(text => new Date(text)),
    changedBy: z.string(),
  })
  .transform(({ reason, ...rule }) => ({ ...rule, ...(reason === undefined ? {} : { reason }) }));

export function dynamoRuleRegistry(table: RegistryTable): RuleRegistry {
  return {
    listRules: async () => (await queryPartition(table, keys.rule("").pk)).map(row => ruleRow.parse(row)),
    recordRule: (rule, audit) => recordRule(table, rule, audit),
    deleteRule: (id, version, audit) => deleteVersion(table, keys.rule(id), version, audit),
  };
}

function recordRule(
  table: RegistryTable,
  rule: RecordedRule,
  audit: AuditRecord,
): Promise<number | undefined> {
  const row = { ...keys.rule(rule.id), type: "rule", ...rule, changedAt: rule.changedAt.toISOString() };
  return putVersion(table, row, audit);
}
