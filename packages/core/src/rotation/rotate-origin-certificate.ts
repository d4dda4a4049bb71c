// Replaces the certificate that the edge shows to our API. ACM never gives a private key back, so nothing can be put
// back there: a new certificate is first tried under a second ARN, through the edge, and becomes the live one only
// after the API has seen it. Steps are numbered; a run that dies at any of them leaves a row from which the next goes on.
import type { CaDescription } from "#core/authority/describe-ca.ts";
import { sha256Hex } from "#core/sha256.ts";
import * as x509 from "#core/x509.ts";
import { issueOriginCertificate, type OriginMaterial } from "./issue-origin-certificate.ts";
import { type OriginLedger, originLedger } from "./origin-ledger.ts";
import {
  abandon,
  daysLeft,
  noOriginState,
  type OriginCertificate,
  type RotateReason,
  rotateReason,
  settle,
  withCurrent,
} from "./origin-state.ts";
import type {
  OriginCa,
  OriginCertificateStore,
  OriginProbe,
  OriginRegistry,
  OriginUse,
  ProbeOutcome,
  RecordedOriginState,
} from "./ports.ts";
import { probeUntilSeen } from "./probe-origin.ts";
import { type Retired, retireOriginCertificates } from "./retire-origin-certificates.ts";
import { type OriginVerdict, verifyOriginCertificate } from "./verify-origin-certificate.ts";

export type RotateOriginDeps = {
  readonly registry: OriginRegistry;
  readonly ca: OriginCa;
  readonly store: OriginCertificateStore;
  readonly probe: OriginProbe;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<unknown>;
};

export type RotateOriginRun = {
  readonly id: string;
  readonly actor: string;
  readonly force: boolean;
  /** How long the edge may take to present the new certificate: in rehearsal, and after the import. */
  readonly rehearseMs: number;
  readonly proveMs: number;
};

type Outcome =
  /** Nothing was due. `probe` is what the edge presents today. */
  | { readonly kind: "kept"; readonly probe: ProbeOutcome }
  | { readonly kind: "rotated" }
  /** The live certificate was not touched. */
  | { readonly kind: "rolled_back"; readonly why: string }
  /** ACM has the new one, and the edge was not seen to present it yet. The next run looks again. */
  | { readonly kind: "unproved"; readonly probe: ProbeOutcome };

/** `live`: the certificate under the live ARN once the outcome is there. */
type Ended = { readonly outcome: Outcome; readonly live: OriginCertificate };

export type RotateOriginResult =
  | { readonly kind: "busy" }
  | (Outcome &
      Retired & {
        readonly reason?: RotateReason;
        readonly sha256: string;
        readonly daysLeft: number;
      });

type Run = RotateOriginDeps &
  RotateOriginRun & { readonly caOfOrigin: CaDescription; readonly ledger: OriginLedger };

/** A Lambda function ends after 15 minutes, whatever it does. */
const leaseMs = 16 * 60_000;

/** Refuses with `registry.busy` when two runs meet. Throws when CA, ACM or registry cannot be read. */
export async function rotateOriginCertificate(
  deps: RotateOriginDeps,
  input: RotateOriginRun,
): Promise<RotateOriginResult> {
  // 1 What ACM holds, and what an earlier run has left.
  const caOfOrigin = await deps.ca.describe();
  if (caOfOrigin?.status !== "ACTIVE") throw new Error("the origin authority's Private CA is not active");
  const found = await verifyOriginCertificate(await deps.store.read("live"), {
    ca: caOfOrigin,
    now: deps.now(),
  });
  const state = (await deps.registry.read()) ?? noOriginState;
  const settled = settle(state, found, deps.now());
  if (settled.kind === "busy") return settled;
  const recorder = { actor: input.actor, runId: input.id, now: deps.now };
  const run: Run = { ...deps, ...input, caOfOrigin, ledger: originLedger(deps.registry, state, recorder) };
  if (settled.kind === "imported") return end(run, await prove(run, settled.candidate));
  if (settled.changed.length > 0) {
    const actions = settled.changed.map(change => `origin_certificate.${change}` as const);
    await run.ledger.record(settled.state, actions, { sha256: found.sha256 });
  }
  const reason = rotateReason(found, deps.now(), input.force);
  if (reason !== undefined) return { reason, ...(await end(run, await rotate(run, found, reason))) };
  const probe = await deps.probe("live", found.sha256);
  return end(run, { outcome: { kind: "kept", probe }, live: found });
}

type Rehearsed = { readonly importing: RecordedImport; readonly material: OriginMaterial };

/** Only the record of step 6 leads to step 7. */
type RecordedImport = { readonly recorded: RecordedOriginState; readonly candidate: OriginCertificate };

async function rotate(run: Run, found: OriginVerdict, reason: RotateReason): Promise<Ended> {
  let rehearsed: Rehearsed;
  try {
    rehearsed = await rehearse(run, found, reason);
  } catch (error) {
    return rollBack(run, found, error);
  }
  return goLive(run, found, rehearsed);
}

async function rehearse(run: Run, found: OriginVerdict, reason: RotateReason): Promise<Rehearsed> {
  const { ledger, now } = run;
  const rotation = { id: run.id, leaseUntil: new Date(now().getTime() + leaseMs) };
  // 2 Record that a rotation begins: nobody else begins one while the lease lasts.
  const started = { ...ledger.state(), rotation: { ...rotation, step: "started" } } as const;
  await ledger.record(started, ["origin_certificate.rotation_started"], { reason });
  // 3 Make a key and ask the CA; 4 collect and verify.
  const { candidate, material } = await issueOriginCertificate(run.ca, {
    runId: run.id,
    ca: run.caOfOrigin,
    // ACM lets a reimport keep the key's type and size only.
    keyType: found.keyType ?? "p-256",
    now,
    recordAsked: async serial => {
      const asked = { ...ledger.state(), rotation: { ...rotation, step: "asked", serial } } as const;
      await ledger.record(asked, ["origin_certificate.asked"], { serial });
    },
  });
  // 5 Rehearse: the same edge, the same API, another ARN. Nobody else's request depends on it.
  await run.store.replace("rehearsal", material);
  const outcome = await probeUntilSeen(run, "rehearsal", candidate.sha256, run.rehearseMs);
  if (outcome !== "seen") throw new Error(`the rehearsal through the edge ended with: ${outcome}`);
  // 6 Record what is about to become live, before it can.
  const importing = { ...ledger.state(), rotation: { ...rotation, step: "importing", candidate } } as const;
  const recorded = await ledger.record(importing, ["origin_certificate.importing"], {
    sha256: candidate.sha256,
  });
  return { importing: { recorded, candidate }, material };
}

async function goLive(
  run: Run,
  found: OriginVerdict,
  { importing: { candidate }, material }: Rehearsed,
): Promise<Ended> {
  // 7 Import under the live ARN.
  try {
    await run.store.replace("live", material);
  } catch (error) {
    // Perhaps only the answer was lost: ACM knows which of the two it holds.
    if (!(await isHeld(run, "live", candidate))) return rollBack(run, found, error);
  }
  return prove(run, candidate);
}

async function prove(run: Run, candidate: OriginCertificate): Promise<Ended> {
  const { ledger, now } = run;
  const { sha256 } = candidate;
  // 8 Wait until the API has been reached with it.
  const probe = await probeUntilSeen(run, "live", sha256, run.proveMs);
  const { rotation, ...rest } = ledger.state();
  if (probe !== "seen") {
    // The lease ends here: the next run, also one by hand, goes on at step 8.
    const released = rotation === undefined ? {} : { rotation: { ...rotation, leaseUntil: now() } };
    await ledger.record({ ...rest, ...released }, ["origin_certificate.unproved"], { sha256, probe });
    return { outcome: { kind: "unproved", probe }, live: candidate };
  }
  // 9 Record the proof. The one before is revoked after the overlap.
  await ledger.record(withCurrent(ledger.state(), candidate, now()), ["origin_certificate.rotated"], {
    sha256,
  });
  return { outcome: { kind: "rotated" }, live: candidate };
}

/** What was issued is given up: its key ends with this run. Where another run owns the row by now, this is refused too. */
async function rollBack(run: Run, found: OriginCertificate, error: unknown): Promise<Ended> {
  const why = error instanceof Error ? error.message : String(error);
  await run.ledger.record(abandon(run.ledger.state(), run.now()), ["origin_certificate.rolled_back"], {
    why,
  });
  return { outcome: { kind: "rolled_back", why }, live: found };
}

async function isHeld(run: Run, use: OriginUse, { sha256 }: OriginCertificate): Promise<boolean> {
  const { certificatePem } = await run.store.read(use);
  return (await sha256Hex(new Uint8Array(new x509.X509Certificate(certificatePem).rawData))) === sha256;
}

// 10 Revoke what is no longer needed.
async function end(
  run: Run,
  { outcome, live }: Ended,
): Promise<Exclude<RotateOriginResult, { kind: "busy" }>> {
  const now = run.now();
  const retired = await retireOriginCertificates(run.ca, run.ledger, { now, liveSerial: live.serial });
  return { ...outcome, ...retired, sha256: live.sha256, daysLeft: daysLeft(live, now) };
}
