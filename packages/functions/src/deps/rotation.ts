// What rotates: windows, waves, the sweep, sightings, the origin's own certificate.
import { setTimeout } from "node:timers/promises";
import { openAcm, originCertificateStore } from "#aws/acm/origin-certificate-store.ts";
import { originCa } from "#aws/ca/origin-ca.ts";
import { openPrivateCa } from "#aws/ca/private-ca.ts";
import { dynamoJobRequests } from "#aws/registry/job-requests.ts";
import { dynamoOriginRegistry } from "#aws/registry/origin-registry.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { dynamoRotationRegistry } from "#aws/registry/rotation-registry.ts";
import { dynamoSeenRegistry } from "#aws/registry/seen-registry.ts";
import { addSeen } from "#aws/registry/seen-tally.ts";
import { dynamoSweepRegistry } from "#aws/registry/sweep-registry.ts";
import { dynamoWindowMoveRegistry } from "#aws/registry/window-move-registry.ts";
import type { MoveWindowDeps } from "#core/renewal/move-window.ts";
import { quietCertificates } from "#core/rotation/quiet-certificates.ts";
import type { RotateOriginDeps } from "#core/rotation/rotate-origin-certificate.ts";
import type { AdvanceRotationDeps } from "#core/rotation/waves/advance-rotation.ts";
import { renewalsPerSecond } from "../api/present-rotation.ts";
import type { RotationsDeps } from "../api/rotations-deps.ts";
import type { RecordSeenDeps } from "../event/record-seen.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";
import { edgeProbe } from "../job/probe-edge.ts";
import type { SweepJobDeps } from "../job/sweep-due.ts";
import { authenticateDeps, links, now, profilesOf, registryTable } from "./links.ts";

export function renewalWindowDeps(): MoveWindowDeps & AuthenticateDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    registry: dynamoWindowMoveRegistry(table),
  };
}

export function rotationsDeps(): RotationsDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    registry: dynamoRotationRegistry(table),
    renewalsPerSecond: renewalsPerSecond(links.CaQuota.issuePerSecond),
  };
}

export function advanceRotationsDeps(): AdvanceRotationDeps {
  return { registry: dynamoRotationRegistry(registryTable()), now };
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

export function recordSeenDeps(): RecordSeenDeps {
  const table = registryTable();
  return {
    registry: dynamoSeenRegistry(table),
    profiles: profilesOf(table),
    quiet: quietCertificates(),
    addSeen: (at, counts) => addSeen(table, at, counts),
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
