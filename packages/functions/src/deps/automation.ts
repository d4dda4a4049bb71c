// What acts on findings by itself, and what its rules and senders are kept with.
import { setTimeout } from "node:timers/promises";
import { dynamoFindingRegistry } from "#aws/registry/finding-registry.ts";
import { dynamoJobRequests } from "#aws/registry/job-requests.ts";
import { dynamoPlanRegistry } from "#aws/registry/plan-registry.ts";
import { dynamoRuleRegistry } from "#aws/registry/rule-registry.ts";
import { dynamoSenderRegistry, readSender } from "#aws/registry/sender-registry.ts";
import { dynamoTargetRegistry } from "#aws/registry/target-registry.ts";
import type { AutomationDeps, PlanProposals } from "#core/automation/ports.ts";
import { makePlan } from "#core/plan/make-plan.ts";
import type { FindingSendersDeps } from "../api/finding-senders.ts";
import type { PostFindingsDeps } from "../api/post-findings.ts";
import type { RulesDeps } from "../api/rules-deps.ts";
import { authenticateDeps, links, now, registryTable } from "./links.ts";

/** A plan is counted within the call as far as this goes; the job `count-plans` does the rest. */
const countingMs = 5_000;

export function automationDeps(table = registryTable()): AutomationDeps {
  return {
    rules: dynamoRuleRegistry(table),
    findings: dynamoFindingRegistry(table),
    registry: dynamoTargetRegistry(table),
    plans: planProposals(table),
    now,
    wait: milliseconds => setTimeout(milliseconds),
  };
}

function planProposals(table: ReturnType<typeof registryTable>): PlanProposals {
  const deps = { registry: dynamoPlanRegistry(table), jobs: dynamoJobRequests(table), now };
  return {
    propose: async proposal => {
      const begun = performance.now();
      const plan = await makePlan(deps, proposal, () => performance.now() - begun < countingMs);
      return plan.id;
    },
  };
}

export function postFindingsDeps(): PostFindingsDeps {
  const table = registryTable();
  return {
    ...automationDeps(table),
    findSender: id => readSender(table, id),
    webhookKey: links.WebhookKey.value,
  };
}

export function rulesDeps(): RulesDeps {
  const table = registryTable();
  return { ...authenticateDeps(table), rules: dynamoRuleRegistry(table) };
}

export function findingSendersDeps(): FindingSendersDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    senders: dynamoSenderRegistry(table),
    webhookKey: links.WebhookKey.value,
  };
}
