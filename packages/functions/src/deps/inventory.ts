// What reads and keeps the registry's books: certificates, claims, profiles, lots, audit.
import { dynamoAuditReader } from "#aws/registry/audit-reader.ts";
import { listAuthorities } from "#aws/registry/authority-registry.ts";
import { dynamoClaimRegistry } from "#aws/registry/claim-registry.ts";
import { countIssued } from "#aws/registry/count-issued.ts";
import { dynamoJobRequests } from "#aws/registry/job-requests.ts";
import { dynamoListingRegistry } from "#aws/registry/list-certificates.ts";
import { dynamoLotRegistry } from "#aws/registry/lot-manifest.ts";
import { readLot } from "#aws/registry/lot-registry.ts";
import { dynamoProfileRegistry } from "#aws/registry/profile-registry.ts";
import { readEnrolment } from "#aws/registry/read-enrolment.ts";
import { refusalsOver } from "#aws/registry/refusals-over.ts";
import type { RequestJobDeps } from "#core/job/request-job.ts";
import type { ListDeps } from "#core/listing/list-certificates.ts";
import type { AnnounceLotDeps } from "#core/lot/announce-lot.ts";
import type { ExpectHoldersDeps } from "#core/lot/expect-holders.ts";
import type { ClaimsDeps } from "../api/claims-deps.ts";
import type { GetAuditDeps } from "../api/get-audit.ts";
import type { GetEstDeps } from "../api/get-est.ts";
import type { GetLotDeps } from "../api/get-lot.ts";
import type { ProfilesDeps } from "../api/profiles-deps.ts";
import type { ReadDeps } from "../api/read-deps.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";
import { authenticateDeps, profilesOf, registryTable } from "./links.ts";

export function putLotDeps(): AnnounceLotDeps & ExpectHoldersDeps & AuthenticateDeps {
  const table = registryTable();
  return { ...authenticateDeps(table), lots: dynamoLotRegistry(table) };
}

export function getLotDeps(): GetLotDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    readLot: (tenant, lot) => readLot(table, tenant, lot),
    countIssued: lot => countIssued(table, lot),
  };
}

export function claimsDeps(): ClaimsDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    registry: dynamoClaimRegistry(table),
    profiles: profilesOf(table),
  };
}

export function profilesDeps(): ProfilesDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    registry: dynamoProfileRegistry(table),
  };
}

export function getAuditDeps(): GetAuditDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    audit: dynamoAuditReader(table),
    refusalsOver: id => refusalsOver(table, id),
  };
}

export function getEstDeps(): GetEstDeps {
  const table = registryTable();
  return {
    listAuthorities: () => listAuthorities(table),
    profiles: profilesOf(table),
  };
}

export function readDeps(): ReadDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    readEnrolment: id => readEnrolment(table, id),
  };
}

export function listDeps(): ListDeps & AuthenticateDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    registry: dynamoListingRegistry(table),
  };
}

export function postJobRunDeps(): RequestJobDeps & AuthenticateDeps {
  const table = registryTable();
  return { ...authenticateDeps(table), jobs: dynamoJobRequests(table) };
}
