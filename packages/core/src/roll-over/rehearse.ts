// The canary of a roll-over: before an authority may issue to anybody, a certificate of it goes the whole way, from intent
// and CA over pages and trust store to a handshake at the edge and a request that our API recognises. Then it is revoked.
// Its private key exists in the memory of one run.
import type { ManagedAuthority } from "#core/authority/authority.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { type AdvanceDeps, advanceEnrolment } from "#core/enrolment/advance.ts";
import { issueChecked } from "#core/enrolment/issue-checked.ts";
import type { RevocationRegistry } from "#core/revocation/ports.ts";
import { type CanaryKey, canaryName, canaryRequest, makeCanaryKey } from "./canary.ts";
import { canarySlots } from "./canary-slots.ts";
import type { EdgeProber, EdgeVerdict, RehearsalBlocks, RollOverRegistry } from "./ports.ts";

export type RehearseDeps = AdvanceDeps & {
  readonly rollOver: RollOverRegistry;
  readonly blocks: RehearsalBlocks;
  readonly revocations: Pick<RevocationRegistry, "findByHolder" | "recordRevocation">;
  readonly probe: EdgeProber;
  readonly wait: (milliseconds: number) => Promise<unknown>;
};

export type RehearseRun = {
  readonly requestId: string;
  /** False when the run's time is over. */
  readonly mayGoOn: () => boolean;
};

export type RehearsalOutcome =
  | "rehearsed"
  /** The edge or the API did not take it until the run's time was over. */
  | "refused"
  /** The CA was slow, or its rate used up: the next run begins anew. */
  | "not_issued"
  /** The edge has no page for its certificate yet. */
  | "no_pages";

const actor = "job:rehearse-authorities";
const pollMs = 1_000;

/** Of an authority that is prepared and whose CA is in the trust bundle in force. */
export async function rehearse(
  deps: RehearseDeps,
  authority: ManagedAuthority,
  run: RehearseRun,
): Promise<RehearsalOutcome> {
  // 1 What a run that died has left: its key is gone.
  await revokeCanaries(deps, authority, run);
  const key = await makeCanaryKey(authority.id);
  // 2 to 6 of enrolment: intent, CA, check, record.
  const certificate = await issueCanary(deps, authority, key, run);
  if (certificate === "no_pages" || certificate === "not_issued") {
    await revokeCanaries(deps, authority, run);
    return certificate;
  }
  // 7 Through the edge, with patience: page, record and bundle each take their time to every location.
  const verdict = await probeUntilAdmitted(deps, certificate, key, run);
  const at = deps.now();
  const shared = { subject: authority.id, actor, requestId: run.requestId, at } as const;
  const facts = { certificate: certificate.id, verdict };
  // 8 The proof on record; or the failure, for a person.
  if (verdict === "admitted") {
    await deps.rollOver.recordRehearsal(
      authority,
      { certificateId: certificate.id, at },
      { ...shared, action: "authority.rehearsed", facts },
    );
  } else {
    await deps.rollOver.recordAudit({ ...shared, action: "authority.rehearsal_failed", facts });
  }
  // 9 Nobody needs it any more.
  await revokeCanaries(deps, authority, run);
  return verdict === "admitted" ? "rehearsed" : "refused";
}

async function issueCanary(
  deps: RehearseDeps,
  authority: ManagedAuthority,
  key: CanaryKey,
  run: RehearseRun,
): Promise<Certificate | "no_pages" | "not_issued"> {
  const request = await canaryRequest(authority.id, key, actor);
  // A permit in hand begins the attempt with the intent. One without an attempt would go to the authority that issues.
  const need = { tenant: request.tenant, purpose: "enrol", from: "queue", waitMs: 5_000 } as const;
  const permit = await deps.permits.take(need);
  if (permit === undefined) return "not_issued";
  const slots = await canarySlots(deps, authority);
  if (slots === undefined) {
    deps.permits.giveBack(permit);
    return "no_pages";
  }
  let outcome = await issueChecked({ ...deps, slots }, request, run.requestId, { permit });
  while (outcome.kind === "pending" && run.mayGoOn()) {
    await deps.wait(pollMs);
    const enrolment = await deps.registry.readEnrolment(request.id);
    if (enrolment === undefined) return "not_issued";
    outcome = await advanceEnrolment(deps, enrolment, {
      requestId: run.requestId,
      from: "queue",
      permitWaitMs: pollMs,
    });
  }
  if (outcome.kind === "pending") return "not_issued";
  // After a lost answer it may have gone to another authority, which proves nothing about this one.
  return outcome.certificate.authorityId === authority.id ? outcome.certificate : "not_issued";
}

async function probeUntilAdmitted(
  deps: RehearseDeps,
  certificate: Certificate,
  key: CanaryKey,
  run: RehearseRun,
): Promise<EdgeVerdict> {
  const identity = { certificatePem: certificate.certificatePem, privateKeyPem: await key.exportPem() };
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 15_000)) {
    const verdict = await deps.probe(identity, certificate.id);
    if (verdict === "admitted" || !run.mayGoOn()) return verdict;
    await deps.wait(pauseMs);
  }
}

async function revokeCanaries(
  { revocations, now }: RehearseDeps,
  authority: ManagedAuthority,
  { requestId }: RehearseRun,
): Promise<void> {
  const { tenant, holder } = canaryName(authority.id);
  const left = (await revocations.findByHolder(tenant, holder)).filter(({ state }) => state === "active");
  for (const certificate of left) {
    const revocation = { reason: "cessationOfOperation", revokedAt: now(), actor } as const;
    const facts = { reason: revocation.reason, sha256: certificate.sha256 };
    await revocations.recordRevocation(certificate, revocation, {
      subject: certificate.id,
      action: "certificate.revoked",
      actor,
      requestId,
      at: revocation.revokedAt,
      facts,
    });
  }
}
