// What asks for certificates: enrolment, renewal, lots, EST, and the jobs and queues that carry them on.
import { setTimeout } from "node:timers/promises";
import { auditReportSearch } from "#aws/ca/audit-report.ts";
import { issueFrom, openIssuingCa } from "#aws/ca/issue.ts";
import { type ACMPCAClient, openPrivateCa, privateCa } from "#aws/ca/private-ca.ts";
import { sqsEnrolmentQueue } from "#aws/queue/enrolment-queue.ts";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import { dynamoClaimReader } from "#aws/registry/claim-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import { listOpenEnrolments } from "#aws/registry/open-enrolments.ts";
import { dynamoRateWindows } from "#aws/registry/rate-windows.ts";
import { readCertificate, readCertificates } from "#aws/registry/read-certificate.ts";
import { readEnrolments } from "#aws/registry/read-enrolment.ts";
import { dynamoRefusalRegistry } from "#aws/registry/refusal-registry.ts";
import { readWindowMoves } from "#aws/registry/window-move-registry.ts";
import { slotSource } from "#core/authority/slot-source.ts";
import { claimSource } from "#core/claim/claim-source.ts";
import type { AdvanceDeps } from "#core/enrolment/advance.ts";
import type { AuthoriseDeps } from "#core/enrolment/authorise.ts";
import type { EnrolDeps } from "#core/enrolment/enrol.ts";
import type { EnrolLotDeps } from "#core/enrolment/lot-line-enroller.ts";
import type { CertificateAuthority } from "#core/enrolment/ports.ts";
import { issuePermits } from "#core/issuance/permits.ts";
import type { EnrolmentQueue } from "#core/issuance/ports.ts";
import { pacePerSecond } from "#core/issuance/rate-window.ts";
import { remember } from "#core/remember.ts";
import type { RenewDeps } from "#core/renewal/ports.ts";
import type { GetEnrolmentDeps } from "../api/get-enrolment.ts";
import type { PostEstDeps } from "../api/post-est.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";
import { issueWatch } from "../issue-watch.ts";
import type { ResumeJobDeps } from "../job/resume-enrolments.ts";
import { readDeps } from "./inventory.ts";
import { authenticateDeps, links, now, profilesOf, registryTable } from "./links.ts";

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

export function getEnrolmentDeps(): GetEnrolmentDeps {
  const permits = { perSecond: pacePerSecond(links.CaQuota.issuePerSecond) };
  return { ...readDeps(), queue: enrolmentQueue(), permits };
}
