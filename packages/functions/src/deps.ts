// The only reader of Resource and the environment: builds what each handler needs, once per sandbox.
// One function per kind of handler, so that a bundle holds the clients it uses and no others.
import { setTimeout } from "node:timers/promises";
import { Resource } from "sst/resource";
import { openEventBridge, putEvents } from "#aws/bus/event-bridge.ts";
import { auditReportSearch } from "#aws/ca/audit-report.ts";
import { describeCa } from "#aws/ca/describe-ca.ts";
import { type ACMPCAClient, openPrivateCa, privateCa } from "#aws/ca/private-ca.ts";
import { keyValueStore, openKeyValueStore } from "#aws/edge-store/key-value-store.ts";
import { dynamoAgeOutRegistry } from "#aws/registry/age-out-registry.ts";
import { dynamoAuthorityRegistry, listAuthorities } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import { certificatesOfPage } from "#aws/registry/certificates-of-page.ts";
import { openRegistryTable, type RegistryTable } from "#aws/registry/client.ts";
import { dynamoCrlRegistry, readCrl } from "#aws/registry/crl-registry.ts";
import { listOpenEnrolments, listOwedRevocations } from "#aws/registry/due.ts";
import { dynamoEdgeStatusRegistry } from "#aws/registry/edge-status-registry.ts";
import { dynamoEnrolmentRegistry, readEnrolment } from "#aws/registry/enrolment-registry.ts";
import { dynamoFollowRegistry, listFollowTasks } from "#aws/registry/follow-registry.ts";
import { deleteOutboxRow, putOutboxEvent } from "#aws/registry/outbox.ts";
import { dynamoPublicationRegistry } from "#aws/registry/publication-registry.ts";
import { readCertificate } from "#aws/registry/read-certificate.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { countRevokedSerials, listRevokedSerials } from "#aws/registry/revoked-serials.ts";
import type { RegisterDeps } from "#core/authority/register.ts";
import { slotSource } from "#core/authority/slot-source.ts";
import type { ImportCrlDeps } from "#core/crl/ports.ts";
import type { AdvanceDeps } from "#core/enrolment/advance.ts";
import type { CertificateAuthority } from "#core/enrolment/ports.ts";
import type { RelayDeps } from "#core/event/relay.ts";
import { type AgeOutDeps, ageOut } from "#core/publication/age-out.ts";
import type { ProveDeps } from "#core/publication/prove.ts";
import type { PublishDeps } from "#core/publication/publish.ts";
import type { ReconcileDeps } from "#core/publication/reconcile.ts";
import type { RevokeAtCaDeps } from "#core/revocation/revoke-at-ca.ts";
import type { RevokeReportedDeps } from "#core/revocation/revoke-reported.ts";
import type { AuthoritiesDeps } from "./api/get-authorities.ts";
import type { GetEdgeDeps } from "./api/get-edge.ts";
import type { ReadDeps } from "./api/read-deps.ts";
import type { AuthenticateDeps } from "./http/authenticate.ts";
import { type TokenIssuer, tokenVerifier } from "./http/verify-token.ts";
import type { BackfillDeps } from "./job/backfill-ca.ts";
import type { FollowOrdersDeps } from "./job/follow-order.ts";
import type { ReconcileEdgeDeps } from "./job/reconcile-edge.ts";
import type { ResumeDeps } from "./job/resume-enrolments.ts";
import type { ReportDeps } from "./stream/report-publication.ts";

// `Resource` is typed by generated code on a deployed stage; these are the links the functions declare.
type Links = {
  readonly RegistryTable: { readonly name: string };
  readonly EdgeStore: { readonly arn: string };
  readonly Bus: { readonly name: string };
  readonly AuditReports: { readonly name: string };
  readonly Operators: TokenIssuer;
};
const links = Resource as unknown as Links;

const now = (): Date => new Date();
const registryTable = (): RegistryTable => openRegistryTable(links.RegistryTable.name);

function authenticateDeps(
  table: RegistryTable,
  authorities: AuthenticateDeps["listAuthorities"],
): AuthenticateDeps {
  return {
    listAuthorities: authorities,
    readCertificate: id => readCertificate(table, id),
    verifyToken: tokenVerifier(links.Operators),
    now,
  };
}

function advanceDeps(
  table: RegistryTable,
  search: (client: ACMPCAClient) => CertificateAuthority["findIssued"],
): AdvanceDeps & { readonly listAuthorities: AuthenticateDeps["listAuthorities"] } {
  const authorities = dynamoAuthorityRegistry(table);
  const slots = slotSource(
    { ...authorities, ...dynamoBlockRegistry(table) },
    { cacheMs: 5_000, now, pause: attempt => setTimeout(Math.random() * Math.min(20 * attempt, 200)) },
  );
  const client = openPrivateCa();
  return {
    registry: dynamoEnrolmentRegistry(table),
    ca: { ...privateCa(client), findIssued: search(client) },
    slots,
    listAuthorities: slots.authorities,
    now,
    // Well inside the gateway's 30 s; past it the answer is 202 and the recovery job carries on.
    collectWaitMs: 8_000,
  };
}

export function issueDeps(): AdvanceDeps & AuthenticateDeps {
  const table = registryTable();
  // Searching the CA's audit report is the recovery job's work: a caller is only told to come back.
  const advance = advanceDeps(table, () => async () => ({ kind: "unknown_yet", retryAfterSeconds: 60 }));
  return { ...authenticateDeps(table, advance.listAuthorities), ...advance };
}

export function resumeDeps(): ResumeDeps {
  const table = registryTable();
  const search = (client: ACMPCAClient) => auditReportSearch(client, table, links.AuditReports.name, now);
  return { ...advanceDeps(table, search), listOpen: () => listOpenEnrolments(table) };
}

export function readDeps(): ReadDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
    readEnrolment: id => readEnrolment(table, id),
  };
}

export function authoritiesDeps(): AuthoritiesDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
    countRevokedSerials: authorityId => countRevokedSerials(table, authorityId),
    readCrl: authorityId => readCrl(table, authorityId),
  };
}

export function crlDeps(): ImportCrlDeps & AuthenticateDeps {
  const table = registryTable();
  const store = keyValueStore(openKeyValueStore(), links.EdgeStore.arn);
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
    registry: dynamoCrlRegistry(table, now),
    readUsage: store.readUsage,
  };
}

export function registerDeps(): RegisterDeps & AuthenticateDeps {
  const table = registryTable();
  const client = openPrivateCa();
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
    registry: dynamoAuthorityRegistry(table),
    describeCa: caArn => describeCa(client, caArn),
  };
}

export function revokeReportedDeps(): RevokeReportedDeps {
  return { registry: dynamoRevocationRegistry(registryTable()), now };
}

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
  return { ...authenticateDeps(table, () => listAuthorities(table)), ...reconcileDeps(table) };
}

export function getEdgeDeps(): GetEdgeDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
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

export function relayDeps(): RelayDeps {
  const table = registryTable();
  const client = openEventBridge();
  return {
    send: events => putEvents(client, links.Bus.name, events),
    forget: event => deleteOutboxRow(table, event),
  };
}

export function backfillDeps(): BackfillDeps {
  const table = registryTable();
  return { ...revokeAtCaDeps(), listOwed: before => listOwedRevocations(table, before) };
}

export function revokeAtCaDeps(): RevokeAtCaDeps {
  return { ca: privateCa(openPrivateCa()), registry: dynamoRevocationRegistry(registryTable()), now };
}
