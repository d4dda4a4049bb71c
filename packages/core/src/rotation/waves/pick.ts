// Chooses the next certificates of a wave: a few rows of the walk, each judged by its own row in the registry. What is
// chosen is recorded before anybody is told.
import type { Segment } from "#core/listing/listing.ts";
import { judgeCandidate, partSize, type WavePart } from "./part.ts";
import type { RotationRegistry } from "./ports.ts";
import { addSkipped, type Rotation, type SkipReason, type Wave } from "./rotation.ts";
import { walkToRows } from "./walk.ts";

/** `part`: undefined when none of the rows is to be announced. */
export type Picked = { readonly rotation: Rotation; readonly part: WavePart | undefined };

/** The rotation as it is once the next rows of the walk are judged, for wave `number`. */
export async function pick(
  registry: Pick<RotationRegistry, "listAuthorities" | "readLotBlocks" | "readSegment" | "readCertificates">,
  segments: readonly Segment[],
  rotation: Rotation,
  number: number,
  now: Date,
): Promise<Picked> {
  const current = rotation.wave?.number === number ? rotation.wave : newWave(number, now);
  const limit = Math.min(partSize, rotation.waveSize - current.picked);
  const { rows, next } = await walkToRows(registry, segments, rotation.place, limit);
  const certificates = await registry.readCertificates(rows.map(({ certificate }) => certificate.id));
  const chosen: string[] = [];
  const skipped: SkipReason[] = [];
  for (const certificate of certificates) {
    const verdict = judgeCandidate(certificate, rotation, now);
    if (verdict === "announce") chosen.push(certificate.id);
    else if (verdict !== "newer") skipped.push(verdict);
  }
  const walked = {
    ...rotation,
    ...(next === undefined ? { isWalked: true } : { place: next }),
    counts: { ...rotation.counts, skipped: addSkipped(rotation.counts.skipped, skipped) },
  };
  return withChosen(walked, current, chosen, now);
}

function withChosen(walked: Rotation, current: Wave, chosen: readonly string[], now: Date): Picked {
  const { counts, isWalked, waveSize } = walked;
  const picked = current.picked + chosen.length;
  const wave: Wave = { ...current, picked, ...(isWalked || picked >= waveSize ? { pickedAt: now } : {}) };
  // A wave begins with its first certificate: there is no empty one at the end.
  const isBegun = picked > 0 || walked.wave?.number === wave.number;
  const rotation: Rotation = {
    ...walked,
    parts: walked.parts + (chosen.length === 0 ? 0 : 1),
    counts: { ...counts, watched: counts.watched + chosen.length },
    ...(isBegun ? { wave } : {}),
  };
  const part = chosen.length === 0 ? undefined : partOf(rotation, wave.number, chosen, now);
  return { rotation, part };
}

function newWave(number: number, startedAt: Date): Wave {
  return { number, startedAt, picked: 0, announced: 0, renewed: 0, failed: 0, withdrawn: 0 };
}

function partOf(rotation: Rotation, wave: number, ids: readonly string[], at: Date): WavePart {
  return {
    rotationId: rotation.id,
    number: rotation.parts,
    wave,
    at,
    deadline: new Date(at.getTime() + rotation.deadlineSeconds * 1_000),
    isAnnounced: false,
    // Whoever comes next announces it, if this run dies.
    lookAt: at,
    members: Object.fromEntries(ids.map(id => [id, "awaited" as const])),
  };
}
