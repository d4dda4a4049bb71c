// Rotations, and plans of them, as the API shows them.
import { isoSeconds } from "#core/event/outgoing.ts";
import type { Covered } from "#core/rotation/waves/count-covered.ts";
import { earliestEnd } from "#core/rotation/waves/next-step.ts";
import type { Rotation, RotationSelector, Wave } from "#core/rotation/waves/rotation.ts";
import type {
  RotationBody,
  RotationPlanBody,
  SelectorBody,
  StartRotationRequest,
} from "../contract/rotation.ts";

/** Half of the CA's rate, as for moved windows: enrolments and other renewals go on. */
export function renewalsPerSecond(issuePerSecond: number): number {
  return issuePerSecond / 2;
}

export function presentPlan(
  request: StartRotationRequest,
  { byState, isComplete }: Covered,
  perSecond: number,
): RotationPlanBody {
  const waves = Math.ceil(byState.active / request.waveSize);
  const pauses = Math.max(0, waves - 1) * request.pauseSeconds;
  return {
    certificates: request.certificates,
    counts: byState,
    isComplete,
    waves,
    shortestSeconds: Math.ceil(Math.max(byState.active / perSecond, pauses)),
  };
}

export function presentRotation(rotation: Rotation, perSecond: number, now: Date): RotationBody {
  const { total, counts, wave, endedAt } = rotation;
  const { announced, renewed, seen, failed, withdrawn, skipped } = counts;
  const end = earliestEnd(rotation, perSecond, now);
  return {
    id: rotation.id,
    certificates: presentSelector(rotation.selector),
    state: rotation.state,
    ...(rotation.abortedBecause === undefined ? {} : { abortedBecause: rotation.abortedBecause }),
    waveSize: rotation.waveSize,
    pauseSeconds: rotation.pauseSeconds,
    deadlineSeconds: rotation.deadlineSeconds,
    abortThresholdPercent: rotation.abortThresholdPercent,
    reason: rotation.reason,
    ...(rotation.explanationUrl === undefined ? {} : { explanationUrl: rotation.explanationUrl }),
    total: total.certificates,
    totalIsComplete: total.isComplete,
    announced,
    renewed,
    seen,
    failed,
    withdrawn,
    skipped,
    ...(wave === undefined ? {} : { wave: presentWave(wave) }),
    ...(end === undefined ? {} : { earliestEnd: isoSeconds(end) }),
    createdBy: rotation.createdBy,
    createdAt: isoSeconds(rotation.createdAt),
    ...(endedAt === undefined ? {} : { endedAt: isoSeconds(endedAt) }),
  };
}

function presentWave({ number, startedAt, picked, pickedAt, announced, renewed, failed }: Wave) {
  const isComplete = pickedAt !== undefined;
  return { number, startedAt: isoSeconds(startedAt), size: picked, isComplete, announced, renewed, failed };
}

function presentSelector(selector: RotationSelector): SelectorBody {
  switch (selector.kind) {
    case "lot":
      return { tenant: selector.tenant, lot: selector.lot };
    case "tenant":
      return { tenant: selector.tenant };
    case "authority":
      return { authority: selector.authorityId };
  }
}
