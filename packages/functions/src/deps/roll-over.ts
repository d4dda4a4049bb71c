// What rolls CAs over, beside the jobs: changes of state, and what is in force.
import { dynamoJobRequests } from "#aws/registry/job-requests.ts";
import { dynamoRollOverRegistry } from "#aws/registry/roll-over-registry.ts";
import { readTrustStore } from "#aws/registry/trust-store-registry.ts";
import type { ChangeStateDeps } from "#core/roll-over/change-state.ts";
import type { GetTrustBundleDeps } from "../api/get-trust-bundle.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";
import { authenticateDeps, registryTable } from "./links.ts";

export function authorityStateDeps(): ChangeStateDeps & AuthenticateDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    registry: dynamoRollOverRegistry(table),
    jobs: dynamoJobRequests(table),
  };
}

export function authorityDeps(): Pick<ChangeStateDeps, "registry"> & AuthenticateDeps {
  const table = registryTable();
  return { ...authenticateDeps(table), registry: dynamoRollOverRegistry(table) };
}

export function trustBundleDeps(): GetTrustBundleDeps {
  const table = registryTable();
  return { ...authenticateDeps(table), readTrustStore: () => readTrustStore(table) };
}
