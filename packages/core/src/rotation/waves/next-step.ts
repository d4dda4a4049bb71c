// What a rotation does next, decided from its record and the time alone. Pure.
import type { Rotation, Wave } from "./rotation.ts";

export type NextStep =
  /** Choose certificates: more for the current wave, which is not complete, or the first ones of the next. */
  | { readonly kind: "pick"; readonly wave: number }
  /** Until something has been renewed, or time has passed. */
  | { readonly kind: "wait" }
  | { readonly kind: "abort"; readonly why: string }
  | { readonly kind: "finish" };

/** A certificate that was recorded a moment before the rotation must be in the index by the time of the walk. */
export const settleMs = 5_000;

/** Of a rotation that is running. */
export function nextStep(rotation: Rotation, now: Date): NextStep {
  const { wave, isWalked, counts, createdAt } = rotation;
  if (wave === undefined) {
    if (isWalked) return { kind: "finish" };
    return now.getTime() < createdAt.getTime() + settleMs ? { kind: "wait" } : { kind: "pick", wave: 1 };
  }
  if (isTooBad(rotation, wave)) return { kind: "abort", why: describeFailure(rotation, wave) };
  if (wave.pickedAt === undefined && !isWalked) return { kind: "pick", wave: wave.number };
  if (isWalked) return counts.watched === 0 ? { kind: "finish" } : { kind: "wait" };
  return pauseLeft(rotation, now) === 0 && isGoodEnough(rotation, wave)
    ? { kind: "pick", wave: wave.number + 1 }
    : { kind: "wait" };
}

/** Those that the wave is judged by. What is chosen and not announced yet counts: nothing is known about it. */
function judgedBy({ picked, withdrawn }: Wave): number {
  return picked - withdrawn;
}

function isTooBad({ abortThresholdPercent }: Rotation, wave: Wave): boolean {
  // Only a complete wave has a size to judge it by.
  return wave.pickedAt !== undefined && wave.failed * 100 > abortThresholdPercent * judgedBy(wave);
}

/** The other side of the same boundary: when all are renewed or failed, one of the two holds. */
function isGoodEnough({ abortThresholdPercent }: Rotation, wave: Wave): boolean {
  return wave.renewed * 100 >= (100 - abortThresholdPercent) * judgedBy(wave);
}

function describeFailure({ abortThresholdPercent }: Rotation, wave: Wave): string {
  return `${wave.failed} of ${judgedBy(wave)} certificates of wave ${wave.number} were not renewed in time; the threshold is ${abortThresholdPercent} %`;
}

/**
 * The earliest moment at which all may be renewed: the CA's rate and the pauses allow no less. Holders take longer, each
 * up to its deadline. Undefined when the rotation has ended, or was never counted to the end.
 */
export function earliestEnd(rotation: Rotation, renewalsPerSecond: number, now: Date): Date | undefined {
  const { state, total, counts, waveSize, pauseSeconds, isWalked } = rotation;
  if (state !== "running" || !total.isComplete) return undefined;
  const ahead = isWalked ? 0 : Math.max(0, total.certificates - counts.announced - counts.skipped.renewed);
  const awaited = Math.max(0, counts.announced - counts.renewed - counts.failed - counts.withdrawn);
  const waves = Math.ceil(ahead / waveSize);
  const pauses = waves === 0 ? 0 : pauseLeft(rotation, now) + (waves - 1) * pauseSeconds;
  const seconds = Math.max((ahead + awaited) / renewalsPerSecond, pauses);
  return new Date(now.getTime() + Math.ceil(seconds) * 1_000);
}

/** In seconds. A wave that is still being filled up waits for nothing. */
function pauseLeft({ wave, pauseSeconds }: Rotation, now: Date): number {
  if (wave?.pickedAt === undefined) return 0;
  return Math.max(0, pauseSeconds - (now.getTime() - wave.pickedAt.getTime()) / 1_000);
}
