// What has become of the announced certificates of a part, as the registry shows them. Pure.
import type { Certificate, CertificateId } from "#core/certificate/certificate.ts";
import { nextLook, type WavePart } from "./part.ts";

/** What a look has found since the one before. */
export type Found = {
  readonly renewed: number;
  readonly seen: number;
  readonly failed: number;
  readonly withdrawn: number;
  /** Members that need no more watching. */
  readonly done: number;
};

export type Look = { readonly part: WavePart; readonly found: Found };

type Member = WavePart["members"][string];
/** `part`: it is still to be watched. */
type Verdict = { readonly counts: readonly (keyof Found)[]; readonly stays?: Member };

/** `certificates` has the members and the successors of those that have one. */
export function lookAt(part: WavePart, certificates: ReadonlyMap<string, Certificate>, now: Date): Look {
  const found = { renewed: 0, seen: 0, failed: 0, withdrawn: 0, done: 0 };
  const members: Record<string, Member> = {};
  for (const [id, member] of Object.entries(part.members)) {
    const { counts, stays } = judgeMember(id, member, certificates, part.deadline <= now, now);
    for (const count of counts) found[count] += 1;
    if (stays === undefined) found.done += 1;
    else members[id] = stays;
  }
  return { part: { ...part, members, lookAt: nextLook(part, now) }, found };
}

function judgeMember(
  id: string,
  member: Member,
  certificates: ReadonlyMap<string, Certificate>,
  isLate: boolean,
  now: Date,
): Verdict {
  const certificate = certificates.get(id);
  const successorId = member === "awaited" ? certificate?.renewedBy : member;
  if (successorId !== undefined) {
    const counts = member === "awaited" ? (["renewed"] as const) : [];
    return judgeSuccessor(successorId, counts, certificates, isLate);
  }
  if (certificate?.state === "revoked") return { counts: ["withdrawn"] };
  // One that is held cannot renew, and may be let go in time.
  if (certificate?.state === "held")
    return isLate ? { counts: ["withdrawn"] } : { counts: [], stays: member };
  const isExpired = certificate === undefined || certificate.notAfter <= now;
  return isLate || isExpired ? { counts: ["failed"] } : { counts: [], stays: member };
}

function judgeSuccessor(
  id: CertificateId,
  counts: readonly (keyof Found)[],
  certificates: ReadonlyMap<string, Certificate>,
  isLate: boolean,
): Verdict {
  const successor = certificates.get(id);
  if (successor?.lastSeenAt !== undefined) return { counts: [...counts, "seen"] };
  if (isLate || successor?.state === "revoked") return { counts };
  // A holder that lost its key has renewed again: the newest is the one that will be used.
  return { counts, stays: successor?.renewedBy ?? id };
}
