// A rotation, a wave and a part with sound defaults; a test gives only what it is about.
import type { WavePart } from "#core/rotation/waves/part.ts";
import { noCounts, type Rotation, type RotationId, type Wave } from "#core/rotation/waves/rotation.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";

const id = "rot_0f3c9a5d7b1e4c2899d0a1b2" as RotationId; // Ids are random, which a test names itself.

/** Of a tenant's 250 certificates, a hundred a wave, an hour between waves, a day for each, five percent may fail. */
export function aRotation(parts: Partial<Rotation> = {}): Rotation {
  return {
    id,
    selector: { kind: "tenant", tenant: "acme" },
    state: "running",
    waveSize: 100,
    pauseSeconds: 3_600,
    deadlineSeconds: 86_400,
    abortThresholdPercent: 5,
    reason: "incident 7",
    total: { certificates: 250, isComplete: true },
    counts: noCounts,
    isWalked: false,
    parts: 0,
    createdBy: "operator:ada",
    createdAt: noon,
    version: 1,
    ...parts,
  };
}

/** Complete at noon, all of it announced. */
export function aWave(parts: Partial<Wave> = {}): Wave {
  const number = parts.number ?? 1;
  return {
    number,
    startedAt: noon,
    picked: 100,
    pickedAt: noon,
    announced: 100,
    renewed: 0,
    failed: 0,
    withdrawn: 0,
    ...parts,
  };
}

/** Announced at noon, with a day to go. */
export function aPart(members: WavePart["members"], parts: Partial<WavePart> = {}): WavePart {
  return {
    rotationId: id,
    number: 1,
    wave: 1,
    at: noon,
    deadline: fromNoon(dayMs),
    isAnnounced: true,
    lookAt: fromNoon(60_000),
    members,
    ...parts,
  };
}
