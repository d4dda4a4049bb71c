// What plans revocations, and lets people decide on them.
import { dynamoApplyRegistry, dynamoProgressRegistry } from "#aws/registry/apply-registry.ts";
import { dynamoJobRequests } from "#aws/registry/job-requests.ts";
import { dynamoPlanReader, dynamoPlanRegistry } from "#aws/registry/plan-registry.ts";
import { applyPlan } from "#core/plan/apply.ts";
import type { PlanDeps } from "#core/plan/ports.ts";
import { readProgress } from "#core/plan/progress.ts";
import type { ApplyPlanDeps, MakePlanDeps, ReadPlansDeps } from "../api/plans-deps.ts";
import { authenticateDeps, now, registryTable } from "./links.ts";

export function countPlansDeps(): PlanDeps {
  const table = registryTable();
  return { registry: dynamoPlanRegistry(table), jobs: dynamoJobRequests(table), now };
}

export function makePlanDeps(): MakePlanDeps {
  return { ...authenticateDeps(registryTable()), ...countPlansDeps() };
}

export function readPlansDeps(): ReadPlansDeps {
  const table = registryTable();
  const progress = { registry: dynamoProgressRegistry(table), now };
  return {
    ...authenticateDeps(table),
    registry: dynamoPlanReader(table),
    readProgress: id => readProgress(progress, id),
  };
}

export function applyPlanDeps(): ApplyPlanDeps {
  const table = registryTable();
  const apply = { registry: dynamoApplyRegistry(table), now };
  return {
    ...authenticateDeps(table),
    registry: dynamoPlanRegistry(table),
    apply: (plan, actor, requestId) => applyPlan(apply, plan, actor, requestId),
  };
}
