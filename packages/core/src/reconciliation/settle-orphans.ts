// What is done about certificates that no enrolment owns: on record and refused at the edge first, then revoked at the
// CA. Each step may be repeated, and a run that dies leaves the rest to the next one.
import type { ManagedAuthority } from "#core/authority/authority.ts";
import type { CertificateId } from "#core/certificate/certificate.ts";
import type { ReconcileCaDeps } from "./ports.ts";
import { earliest, type Suspect } from "./read-report.ts";

export type Settled = {
  /** Revoked by this run. */
  readonly orphans: readonly CertificateId[];
  /** An open enrolment owns it: the job that resumes enrolments records it. */
  readonly claimed: number;
  /** More than the brake lets through: nothing was done about them. */
  readonly braked: number;
  /** Not done now, and why: the next run tries again. */
  readonly failed: readonly { readonly id: CertificateId; readonly reason: string }[];
  /** All that no enrolment owns, whatever was done about them. */
  readonly unowned: readonly Suspect[];
  readonly oldestUndecided: Date | undefined;
};

export type SettleOptions = { readonly mostOrphans: number; readonly requestId: string };

export async function settleOrphans(
  deps: ReconcileCaDeps,
  authority: ManagedAuthority,
  suspects: readonly Suspect[],
  options: SettleOptions,
): Promise<Settled> {
  const settled = {
    orphans: [] as CertificateId[],
    claimed: 0,
    braked: 0,
    failed: [] as { id: CertificateId; reason: string }[],
    unowned: suspects,
    oldestUndecided: undefined as Date | undefined,
  };
  const recorded = await deps.registry.readOrphans(suspects.map(({ id }) => id));
  const untold = suspects.filter(({ id }) => recorded.get(id)?.isRevokedAtCa !== true);
  if (untold.length === 0) return settled;
  const open = await deps.registry.listOpenSlots(authority.id);
  const leave = ({ entry }: Suspect): void => {
    settled.oldestUndecided = earliest(settled.oldestUndecided, entry.issuedAt);
  };
  const claimed = untold.filter(({ entry }) => entry.slot !== undefined && open.asked.has(entry.slot));
  claimed.forEach(leave);
  settled.claimed = claimed.length;
  settled.unowned = suspects.filter(suspect => !claimed.includes(suspect));
  const orphans = untold.filter(suspect => !claimed.includes(suspect));
  // So many at once are a registry that has lost its rows rather than a CA that was misused: a person must look.
  if (orphans.filter(({ id }) => !recorded.has(id)).length > options.mostOrphans) {
    orphans.forEach(leave);
    return { ...settled, braked: orphans.length };
  }
  for (const suspect of orphans) {
    try {
      if (await settleOrphan(deps, authority, suspect, open.queued, options))
        settled.orphans.push(suspect.id);
    } catch (error) {
      settled.failed.push({ id: suspect.id, reason: String(error) });
      leave(suspect);
    }
  }
  return settled;
}

/** False when the registry has the certificate after all. */
async function settleOrphan(
  { registry, ca, now }: ReconcileCaDeps,
  authority: ManagedAuthority,
  { id, entry }: Suspect,
  queued: ReadonlySet<number>,
  { requestId }: SettleOptions,
): Promise<boolean> {
  const { slot, serial, certificateArn, subject } = entry;
  // A second certificate of an enrolment has the slot of the good one, which must not be refused with it.
  const burnSlot =
    slot !== undefined && !queued.has(slot) && !(await registry.isSlotTaken(authority.id, slot));
  const outcome = await registry.recordOrphan(
    { id, authorityId: authority.id, entry, burnSlot },
    {
      subject: id,
      action: "certificate.orphaned",
      actor: "job:reconcile-ca",
      requestId,
      at: now(),
      facts: { certificateArn, subject, slotBurnt: String(burnSlot) },
    },
  );
  if (outcome === "owned") return false;
  // Nothing is known of its key or its purpose. RFC 5280, 5.3.1: then a CRL states no reason.
  if (entry.revokedAt === undefined) await ca.revoke(authority.caArn, serial, "unspecified");
  await registry.recordOrphanRevokedAtCa(id, now());
  return true;
}
