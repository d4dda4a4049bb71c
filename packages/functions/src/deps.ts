// The only reader of Resource and the environment: builds what each handler needs, once per sandbox.
// One function per kind of handler, so that a bundle holds the clients it uses and no others.
import { Resource } from "sst/resource";
import { openEventBridge, putEvents } from "#aws/bus/event-bridge.ts";
import { auditReportSearch } from "#aws/ca/audit-report.ts";
import { describeCa } from "#aws/ca/describe-ca.ts";
import { type ACMPCAClient, openPrivateCa, privateCa } from "#aws/ca/private-ca.ts";
import { keyValueStore, openKeyValueStore } from "#aws/edge-store/key-value-store.ts";
import { dynamoAuthorityRegistry, listAuthorities } from "#aws/registry/authority-registry.ts";
import { openRegistryTable, type RegistryTable } from "#aws/registry/client.ts";
import { listOpenEnrolments, listOwedRevocations } from "#aws/registry/due.ts";
import { dynamoEnrolmentRegistry, readEnrolment } from "#aws/registry/enrolment-registry.ts";
import { deleteOutboxRow } from "#aws/registry/outbox.ts";
import { dynamoPublicationRegistry } from "#aws/registry/publication-registry.ts";
import { readCertificate } from "#aws/registry/read-certificate.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import type { RegisterDeps } from "#core/authority/register.ts";
import { slotSource } from "#core/authority/slot-source.ts";
import type { AdvanceDeps } from "#core/enrolment/advance.ts";
import type { CertificateAuthority } from "#core/enrolment/ports.ts";
import type { RelayDeps } from "#core/event/relay.ts";
import type { PublishDeps } from "#core/publication/publish.ts";
import type { RevokeAtCaDeps } from "#core/revocation/revoke-at-ca.ts";
import type { RevokeReportedDeps } from "#core/revocation/revoke-reported.ts";
import type { ReadDeps } from "./api/read-deps.ts";
import type { AuthenticateDeps } from "./http/authenticate.ts";
import { type TokenIssuer, tokenVerifier } from "./http/verify-token.ts";
import type { BackfillDeps } from "./job/backfill-ca.ts";
import type { ResumeDeps } from "./job/resume-enrolments.ts";

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
  const slots = slotSource(authorities, { blockSize: 64, cacheMs: 5_000, now });
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

export function publishDeps(): PublishDeps {
  return {
    registry: dynamoPublicationRegistry(registryTable()),
    store: keyValueStore(openKeyValueStore(), links.EdgeStore.arn),
    now,
  };
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
