// The only reader of Resource and the environment: builds what each handler needs, once per sandbox.
// One function per kind of handler, so that a bundle holds the clients it uses and no others.
import { setTimeout } from "node:timers/promises";
import { Resource } from "sst/resource";
import { openAcm, originCertificateStore } from "#aws/acm/origin-certificate-store.ts";
import { openEventBridge, putEvents } from "#aws/bus/event-bridge.ts";
import { auditReportSearch } from "#aws/ca/audit-report.ts";
import { describeCa } from "#aws/ca/describe-ca.ts";
import { issueFrom, openIssuingCa } from "#aws/ca/issue.ts";
import { latestReportOf } from "#aws/ca/latest-report.ts";
import { originCa } from "#aws/ca/origin-ca.ts";
import { type ACMPCAClient, openPrivateCa, privateCa } from "#aws/ca/private-ca.ts";
import { keyValueStore, openKeyValueStore } from "#aws/edge-store/key-value-store.ts";
import { sqsEnrolmentQueue } from "#aws/queue/enrolment-queue.ts";
import { dynamoAgeOutRegistry } from "#aws/registry/age-out-registry.ts";
import { dynamoAuditReader } from "#aws/registry/audit-reader.ts";
import { dynamoAuthorityRegistry, listAuthorities } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import { dynamoCertificateFinder } from "#aws/registry/certificate-finder.ts";
import { certificatesOfPage } from "#aws/registry/certificates-of-page.ts";
import { dynamoClaimReader, dynamoClaimRegistry } from "#aws/registry/claim-registry.ts";
import { openRegistryTable, type RegistryTable } from "#aws/registry/client.ts";
import { countIssued } from "#aws/registry/count-issued.ts";
import { dynamoCrlRegistry, readCrl } from "#aws/registry/crl-registry.ts";
import { listOwedRevocations } from "#aws/registry/due.ts";
import { dynamoEdgeStatusRegistry } from "#aws/registry/edge-status-registry.ts";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import { dynamoFollowRegistry, listFollowTasks } from "#aws/registry/follow-registry.ts";
import { dynamoJobRequests } from "#aws/registry/job-requests.ts";
import { dynamoListingRegistry } from "#aws/registry/list-certificates.ts";
import { dynamoLotRegistry } from "#aws/registry/lot-manifest.ts";
import { readLot } from "#aws/registry/lot-registry.ts";
import { listOpenEnrolments } from "#aws/registry/open-enrolments.ts";
import { dynamoOriginRegistry } from "#aws/registry/origin-registry.ts";
import { deleteOutboxRows, putOutboxEvent } from "#aws/registry/outbox.ts";
import { dynamoProfileRegistry, readProfile } from "#aws/registry/profile-registry.ts";
import { dynamoPublicationRegistry } from "#aws/registry/publication-registry.ts";
import { dynamoRateWindows } from "#aws/registry/rate-windows.ts";
import { readCertificate, readCertificates } from "#aws/registry/read-certificate.ts";
import { readClaim } from "#aws/registry/read-claim.ts";
import { readEnrolment, readEnrolments } from "#aws/registry/read-enrolment.ts";
import { dynamoReconciliationRegistry } from "#aws/registry/reconciliation-registry.ts";
import { dynamoRefusalRegistry } from "#aws/registry/refusal-registry.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { countRevokedSerials, listRevokedSerials } from "#aws/registry/revoked-serials.ts";
import { dynamoRotationRegistry } from "#aws/registry/rotation-registry.ts";
import { dynamoSeenRegistry } from "#aws/registry/seen-registry.ts";
import { dynamoSweepRegistry } from "#aws/registry/sweep-registry.ts";
import { dynamoWindowMoveRegistry, readWindowMoves } from "#aws/registry/window-move-registry.ts";
import type { RegisterDeps } from "#core/authority/register.ts";
import { slotSource } from "#core/authority/slot-source.ts";
import type { CertificateFinder } from "#core/certificate/find-certificate.ts";
import { claimSource } from "#core/claim/claim-source.ts";
import type { ImportCrlDeps } from "#core/crl/ports.ts";
import type { AdvanceDeps } from "#core/enrolment/advance.ts";
import type { AuthoriseDeps } from "#core/enrolment/authorise.ts";
import type { EnrolDeps } from "#core/enrolment/enrol.ts";
import type { EnrolLotDeps } from "#core/enrolment/lot-line-enroller.ts";
import type { CertificateAuthority } from "#core/enrolment/ports.ts";
import type { RelayDeps } from "#core/event/relay.ts";
import { issuePermits } from "#core/issuance/permits.ts";
import type { EnrolmentQueue } from "#core/issuance/ports.ts";
import { pacePerSecond } from "#core/issuance/rate-window.ts";
import type { RequestJobDeps } from "#core/job/request-job.ts";
import type { ListDeps } from "#core/listing/list-certificates.ts";
import type { AnnounceLotDeps } from "#core/lot/announce-lot.ts";
import type { ExpectHoldersDeps } from "#core/lot/expect-holders.ts";
import { type ProfileSource, profileSource } from "#core/profile/profile-source.ts";
import { type AgeOutDeps, ageOut } from "#core/publication/age-out.ts";
import type { ProveDeps } from "#core/publication/prove.ts";
import type { PublishDeps } from "#core/publication/publish.ts";
import type { ReconcileDeps } from "#core/publication/reconcile.ts";
import type { ReconcileCaDeps } from "#core/reconciliation/ports.ts";
import { remember } from "#core/remember.ts";
import type { MoveWindowDeps } from "#core/renewal/move-window.ts";
import type { RenewDeps } from "#core/renewal/ports.ts";
import type { RevokeAtCaDeps } from "#core/revocation/revoke-at-ca.ts";
import type { RevokeReportedDeps } from "#core/revocation/revoke-reported.ts";
import { quietCertificates } from "#core/rotation/quiet-certificates.ts";
import type { RotateOriginDeps } from "#core/rotation/rotate-origin-certificate.ts";
import type { SeenDeps } from "#core/rotation/seen-ports.ts";
import type { AdvanceRotationDeps } from "#core/rotation/waves/advance-rotation.ts";
import type { ClaimsDeps } from "./api/claims-deps.ts";
import type { GetAuditDeps } from "./api/get-audit.ts";
import type { AuthoritiesDeps } from "./api/get-authorities.ts";
import type { GetEdgeDeps } from "./api/get-edge.ts";
import type { GetEnrolmentDeps } from "./api/get-enrolment.ts";
import type { GetEstDeps } from "./api/get-est.ts";
import type { GetLotDeps } from "./api/get-lot.ts";
import type { PostEstDeps } from "./api/post-est.ts";
import { renewalsPerSecond } from "./api/present-rotation.ts";
import type { ProfilesDeps } from "./api/profiles-deps.ts";
import type { ReadDeps } from "./api/read-deps.ts";
import type { RotationsDeps } from "./api/rotations-deps.ts";
import type { AuthenticateDeps } from "./http/authenticate.ts";
import { type TokenIssuer, tokenVerifier } from "./http/verify-token.ts";
import { issueWatch } from "./issue-watch.ts";
import type { BackfillDeps } from "./job/backfill-ca.ts";
import type { FollowOrdersDeps } from "./job/follow-order.ts";
import { edgeProbe } from "./job/probe-edge.ts";
import type { ReconcileEdgeDeps } from "./job/reconcile-edge.ts";
import type { ResumeJobDeps } from "./job/resume-enrolments.ts";
import type { SweepJobDeps } from "./job/sweep-due.ts";
import type { ReportDeps } from "./stream/report-publication.ts";

// `Resource` is typed by generated code on a deployed stage; these are the links the functions declare.
type Links = {
  readonly RegistryTable: { readonly name: string };
  readonly EdgeStore: { readonly arn: string };
  readonly Bus: { readonly name: string };
  readonly AuditReports: { readonly name: string };
  readonly Operators: TokenIssuer;
  /** Certificates a second, of the account and Region. */
  readonly CaQuota: { readonly issuePerSecond: number };
  readonly EnrolmentQueue: { readonly url: string };
  readonly RenewalQueue: { readonly url: string };
  readonly OriginCertificate: {
    readonly liveArn: string;
    readonly rehearsalArn: string;
    readonly caArn: string;
    readonly edgeUrl: string;
  };
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
    findClaim: id => readClaim(table, id),
    now,
  };
}

function profilesOf(table: RegistryTable): ProfileSource {
  return profileSource(name => readProfile(table, name), { keepMs: 5_000, now });
}

/** Who may ask for what. What a claim is for never changes, so it is read once for many requests. */
function authoriseDeps(table: RegistryTable): AuthoriseDeps & Pick<AuthenticateDeps, "findClaim"> {
  const claims = claimSource(dynamoClaimReader(table), { keepMs: 5_000, now });
  return { claims, profiles: profilesOf(table), findClaim: claims.find };
}

function enrolmentQueue(): EnrolmentQueue {
  return sqsEnrolmentQueue({ enrol: links.EnrolmentQueue.url, renew: links.RenewalQueue.url }, now);
}

// Searching the CA's audit report is the recovery job's work: everybody else is only told to come back.
const leaveSearching = () => async () => ({ kind: "unknown_yet", retryAfterSeconds: 60 }) as const;

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
    ca: { ...privateCa(client), ask: issueFrom(openIssuingCa()), findIssued: search(client) },
    slots,
    permits: issuePermits(dynamoRateWindows(table), {
      issuePerSecond: links.CaQuota.issuePerSecond,
      now,
      sleep: setTimeout,
      random: Math.random,
    }),
    queue: enrolmentQueue(),
    watch: issueWatch,
    listAuthorities: slots.authorities,
    now,
    // Well inside the gateway's 30 s; past it the answer is 202 and the recovery job carries on.
    collectWaitMs: 8_000,
  };
}

export function issueDeps(table = registryTable()): EnrolDeps & AuthenticateDeps {
  const advance = advanceDeps(table, leaveSearching);
  return {
    ...authenticateDeps(table, advance.listAuthorities),
    ...advance,
    ...authoriseDeps(table),
    refusals: dynamoRefusalRegistry(table),
  };
}

/** A line's own certificate is remembered for a second: docs/decisions/0010-claims.md. Nobody else's is. */
export function enrolDeps(table = registryTable()): EnrolDeps & AuthenticateDeps {
  const readLine = remember(
    id => readCertificate(table, id),
    { keepMs: 1_000, now },
    certificate => certificate?.profile === "factory" && certificate.state === "active",
  );
  return { ...issueDeps(table), readCertificate: readLine };
}

export function renewDeps(): RenewDeps & AuthenticateDeps {
  const table = registryTable();
  return { ...issueDeps(table), readWindowMoves: certificate => readWindowMoves(table, certificate) };
}

export function renewalWindowDeps(): MoveWindowDeps & AuthenticateDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
    registry: dynamoWindowMoveRegistry(table),
  };
}

export function rotationsDeps(): RotationsDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
    registry: dynamoRotationRegistry(table),
    renewalsPerSecond: renewalsPerSecond(links.CaQuota.issuePerSecond),
  };
}

export function advanceRotationsDeps(): AdvanceRotationDeps {
  return { registry: dynamoRotationRegistry(registryTable()), now };
}

export function lotDeps(): EnrolLotDeps & AuthenticateDeps {
  const table = registryTable();
  return {
    ...enrolDeps(table),
    readEnrolments: ids => readEnrolments(table, ids),
    readCertificates: ids => readCertificates(table, ids),
    pause: attempt => setTimeout(Math.random() * 50 * attempt),
    // Nobody waits for a call's last moment once the call has been answered.
    wait: milliseconds => setTimeout(milliseconds, undefined, { ref: false }),
  };
}

export function putLotDeps(): AnnounceLotDeps & ExpectHoldersDeps & AuthenticateDeps {
  const table = registryTable();
  return { ...authenticateDeps(table, () => listAuthorities(table)), lots: dynamoLotRegistry(table) };
}

export function getLotDeps(): GetLotDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
    readLot: (tenant, lot) => readLot(table, tenant, lot),
    countIssued: lot => countIssued(table, lot),
  };
}

export function claimsDeps(): ClaimsDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
    registry: dynamoClaimRegistry(table),
    profiles: profilesOf(table),
  };
}

export function profilesDeps(): ProfilesDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
    registry: dynamoProfileRegistry(table),
  };
}

export function getAuditDeps(): GetAuditDeps {
  const table = registryTable();
  return { ...authenticateDeps(table, () => listAuthorities(table)), audit: dynamoAuditReader(table) };
}

export function getEstDeps(): GetEstDeps {
  const table = registryTable();
  return {
    listAuthorities: () => listAuthorities(table),
    profiles: profilesOf(table),
  };
}

export function postEstDeps(): PostEstDeps {
  const table = registryTable();
  return { ...enrolDeps(table), readWindowMoves: certificate => readWindowMoves(table, certificate) };
}

export function resumeDeps(): ResumeJobDeps {
  const table = registryTable();
  const search = (client: ACMPCAClient) => auditReportSearch(client, table, links.AuditReports.name, now);
  return {
    ...advanceDeps(table, search),
    listOpen: (kind, before) => listOpenEnrolments(table, kind, before),
    authorities: dynamoAuthorityRegistry(table),
  };
}

export function queuedDeps(): AdvanceDeps {
  return advanceDeps(registryTable(), leaveSearching);
}

export function readDeps(): ReadDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
    readEnrolment: id => readEnrolment(table, id),
  };
}

export function getEnrolmentDeps(): GetEnrolmentDeps {
  const permits = { perSecond: pacePerSecond(links.CaQuota.issuePerSecond) };
  return { ...readDeps(), queue: enrolmentQueue(), permits };
}

export function findDeps(): AuthenticateDeps & CertificateFinder {
  const table = registryTable();
  return { ...authenticateDeps(table, () => listAuthorities(table)), ...dynamoCertificateFinder(table) };
}

export function listDeps(): ListDeps & AuthenticateDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table, () => listAuthorities(table)),
    registry: dynamoListingRegistry(table),
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
    forget: events => deleteOutboxRows(table, events),
  };
}

export function backfillDeps(): BackfillDeps {
  const table = registryTable();
  return { ...revokeAtCaDeps(), listOwed: before => listOwedRevocations(table, before) };
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

export function sweepDueDeps(): SweepJobDeps {
  const table = registryTable();
  return {
    registry: dynamoSweepRegistry(table, dynamoRevocationRegistry(table)),
    profiles: profilesOf(table),
    jobs: dynamoJobRequests(table),
    now,
  };
}

export function postJobRunDeps(): RequestJobDeps & AuthenticateDeps {
  const table = registryTable();
  return { ...authenticateDeps(table, () => listAuthorities(table)), jobs: dynamoJobRequests(table) };
}

export function revokeAtCaDeps(): RevokeAtCaDeps {
  return { ca: privateCa(openPrivateCa()), registry: dynamoRevocationRegistry(registryTable()), now };
}

export function recordSeenDeps(): SeenDeps {
  const table = registryTable();
  return {
    registry: dynamoSeenRegistry(table),
    profiles: profilesOf(table),
    quiet: quietCertificates(),
    now,
  };
}

export function rotateOriginDeps(): RotateOriginDeps {
  const { liveArn, rehearsalArn, caArn, edgeUrl } = links.OriginCertificate;
  return {
    registry: dynamoOriginRegistry(registryTable()),
    ca: originCa(openPrivateCa(), caArn),
    store: originCertificateStore(openAcm(liveArn), { live: liveArn, rehearsal: rehearsalArn }),
    probe: edgeProbe(edgeUrl),
    now,
    wait: milliseconds => setTimeout(milliseconds),
  };
}
