// What carries out plans and takes them back, and holds single certificates.
import { setTimeout } from "node:timers/promises";
import { keyValueStore, openKeyValueStore } from "#aws/edge-store/key-value-store.ts";
import {
  dynamoAdvanceRegistry,
  dynamoApplyRegistry,
  dynamoProgressRegistry,
} from "#aws/registry/apply-registry.ts";
import { dynamoCertificateFinder } from "#aws/registry/certificate-finder.ts";
import { dynamoHoldRegistry } from "#aws/registry/hold-registry.ts";
import { listDuePlanWork } from "#aws/registry/plan-work-registry.ts";
import { readProgress } from "#core/plan/progress.ts";
import type { HoldDeps } from "#core/revocation/hold.ts";
import type { LiftPlanDeps } from "../api/plans-deps.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";
import type { AdvancePlansDeps } from "../job/advance-plans.ts";
import { authenticateDeps, links, now, registryTable } from "./links.ts";

export function advancePlansDeps(): AdvancePlansDeps {
  const table = registryTable();
  return {
    registry: dynamoAdvanceRegistry(table),
    store: keyValueStore(openKeyValueStore(), links.EdgeStore.arn),
    wait: milliseconds => setTimeout(milliseconds),
    listDue: () => listDuePlanWork(table, now()),
    now,
  };
}

export function liftPlanDeps(): LiftPlanDeps {
  const table = registryTable();
  const progress = { registry: dynamoProgressRegistry(table), now };
  return {
    ...authenticateDeps(table),
    registry: dynamoApplyRegistry(table),
    readProgress: id => readProgress(progress, id),
  };
}

export function holdDeps(): HoldDeps & AuthenticateDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    ...dynamoCertificateFinder(table),
    holds: dynamoHoldRegistry(table),
  };
}
