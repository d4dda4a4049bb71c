// What deals with authorities and their CAs, beside issuing.
import { setTimeout } from "node:timers/promises";
import { describeCa } from "#aws/ca/describe-ca.ts";
import { latestReportOf } from "#aws/ca/latest-report.ts";
import { openPrivateCa, privateCa } from "#aws/ca/private-ca.ts";
import { keyValueStore, openKeyValueStore } from "#aws/edge-store/key-value-store.ts";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import { listFindings } from "#aws/registry/ca-finding-row.ts";
import { dynamoCrlRegistry, readCrl } from "#aws/registry/crl-registry.ts";
import { dynamoReconciliationRegistry, readProgress } from "#aws/registry/reconciliation-registry.ts";
import { countRevokedSerials } from "#aws/registry/revoked-serials.ts";
import type { RegisterDeps } from "#core/authority/register.ts";
import type { ImportCrlDeps } from "#core/crl/ports.ts";
import type { ReconcileCaDeps } from "#core/reconciliation/ports.ts";
import type { AuthoritiesDeps } from "../api/get-authorities.ts";
import type { GetReconciliationDeps } from "../api/get-reconciliation.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";
import { authenticateDeps, links, now, registryTable } from "./links.ts";

export function authoritiesDeps(): AuthoritiesDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    countRevokedSerials: authorityId => countRevokedSerials(table, authorityId),
    readCrl: authorityId => readCrl(table, authorityId),
  };
}

export function crlDeps(): ImportCrlDeps & AuthenticateDeps {
  const table = registryTable();
  const store = keyValueStore(openKeyValueStore(), links.EdgeStore.arn);
  return {
    ...authenticateDeps(table),
    registry: dynamoCrlRegistry(table, now),
    readUsage: store.readUsage,
  };
}

export function registerDeps(): RegisterDeps & AuthenticateDeps {
  const table = registryTable();
  const client = openPrivateCa();
  return {
    ...authenticateDeps(table),
    registry: dynamoAuthorityRegistry(table),
    describeCa: caArn => describeCa(client, caArn),
  };
}

export function getReconciliationDeps(): GetReconciliationDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    findings: {
      readProgress: id => readProgress(table, id),
      listFindings: (id, limit, after) => listFindings(table, id, limit, after),
    },
  };
}

export function reconcileCaDeps(): ReconcileCaDeps {
  const table = registryTable();
  const client = openPrivateCa();
  const wait = (milliseconds: number): Promise<void> => setTimeout(milliseconds);
  return {
    registry: dynamoReconciliationRegistry(table),
    latestReport: latestReportOf(client, table, { bucket: links.AuditReports.name, now, wait }),
    ca: privateCa(client),
    now,
  };
}
