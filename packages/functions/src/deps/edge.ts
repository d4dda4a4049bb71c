// What publishes to the edge store, compares it, and follows its orders.
import { setTimeout } from "node:timers/promises";
import { keyValueStore, openKeyValueStore } from "#aws/edge-store/key-value-store.ts";
import { dynamoAgeOutRegistry } from "#aws/registry/age-out-registry.ts";
import { certificatesOfPage } from "#aws/registry/certificates-of-page.ts";
import { dynamoEdgeStatusRegistry } from "#aws/registry/edge-status-registry.ts";
import { dynamoFollowRegistry, listFollowTasks } from "#aws/registry/follow-registry.ts";
import { putOutboxEvent } from "#aws/registry/outbox.ts";
import { dynamoPublicationRegistry } from "#aws/registry/publication-registry.ts";
import { listRevokedSerials } from "#aws/registry/revoked-serials.ts";
import { type AgeOutDeps, ageOut } from "#core/publication/age-out.ts";
import type { ProveDeps } from "#core/publication/prove.ts";
import type { PublishDeps } from "#core/publication/publish.ts";
import type { ReconcileDeps } from "#core/publication/reconcile.ts";
import type { GetEdgeDeps } from "../api/get-edge.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";
import type { FollowOrdersDeps } from "../job/follow-order.ts";
import type { ReconcileEdgeDeps } from "../job/reconcile-edge.ts";
import type { ReportDeps } from "../stream/report-publication.ts";
import { authenticateDeps, links, now, registryTable } from "./links.ts";

export function publishDeps(table = registryTable()): PublishDeps & ReportDeps {
  return {
    registry: dynamoPublicationRegistry(table),
    store: keyValueStore(openKeyValueStore(), links.EdgeStore.arn),
    status: dynamoEdgeStatusRegistry(table),
    now,
  };
}

export function reconcileDeps(table = registryTable()): ReconcileDeps {
  return {
    ...publishDeps(table),
    status: dynamoEdgeStatusRegistry(table),
    listRevokedSerials: async authorityId => [...(await listRevokedSerials(table, authorityId)).keys()],
    wait: milliseconds => setTimeout(milliseconds),
    emit: (event, runId, at) => putOutboxEvent(table, event, runId, at),
  };
}

export function reconcileEdgeDeps(): ReconcileEdgeDeps {
  return {
    ...reconcileDeps(),
    prune: (requestId, mayGoOn) => ageOut(ageOutDeps(), { requestId, mayGoOn }),
  };
}

export function postEdgeReconcileDeps(): ReconcileDeps & AuthenticateDeps {
  const table = registryTable();
  return { ...authenticateDeps(table), ...reconcileDeps(table) };
}

export function getEdgeDeps(): GetEdgeDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    status: dynamoEdgeStatusRegistry(table),
  };
}

export function proveDeps(): ProveDeps {
  const table = registryTable();
  const { registry, store, wait } = reconcileDeps(table);
  return { registry, store, wait, now, certificatesOfPage: page => certificatesOfPage(table, page) };
}

export function followDeps(): FollowOrdersDeps {
  const table = registryTable();
  return { registry: dynamoFollowRegistry(table), listDue: () => listFollowTasks(table, now()), now };
}

export function ageOutDeps(): AgeOutDeps {
  const table = registryTable();
  return { registry: dynamoAgeOutRegistry(table), publish: publishDeps(table), now };
}
