// Takes a rotation as far as it may go now: looks at what was announced, chooses and announces the next certificates, or
// ends it. Every step is recorded before the next; run it twice, miss it or kill it anywhere, and it goes on from there.
import type { AuditAction } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { rotationEnded } from "#core/event/rotation-ended.ts";
import { announce } from "./announce.ts";
import { type Found, lookAt } from "./look.ts";
import { nextStep } from "./next-step.ts";
import type { WavePart } from "./part.ts";
import { pick } from "./pick.ts";
import type { RotationRegistry } from "./ports.ts";
import { ownerOf, type Rotation } from "./rotation.ts";
import { segmentsFor } from "./walk.ts";

export type AdvanceRotationDeps = { readonly registry: RotationRegistry; readonly now: () => Date };

export type Turn = { readonly requestId: string; readonly mayGoOn: () => boolean };

export type AdvanceRotationResult = {
  readonly rotation: Rotation;
  /** `stopped`: the run's time is over. `overtaken`: another run or an operator has changed it. */
  readonly outcome: "waiting" | "stopped" | "overtaken" | "aborted" | "finished";
};

export async function advanceRotation(
  deps: AdvanceRotationDeps,
  live: Rotation,
  turn: Turn,
): Promise<AdvanceRotationResult> {
  const tended = await tendParts(deps, live, turn);
  if (tended.outcome !== "waiting" || live.state === "paused") return tended;
  const segments = await segmentsFor(deps.registry, live);
  let { rotation } = tended;
  for (;;) {
    if (!turn.mayGoOn()) return { rotation, outcome: "stopped" };
    const now = deps.now();
    const step = nextStep(rotation, now);
    if (step.kind === "wait") return { rotation, outcome: "waiting" };
    if (step.kind !== "pick") return end(deps, rotation, step, turn.requestId);
    const picked = await pick(deps.registry, segments, rotation, step.wave, now);
    const saved = await deps.registry.save(
      picked.rotation,
      picked.part === undefined ? {} : { part: picked.part },
    );
    if (saved === undefined) return { rotation, outcome: "overtaken" };
    const next = picked.part === undefined ? saved : await tend(deps, saved, picked.part, turn.requestId);
    if (next === undefined) return { rotation: saved, outcome: "overtaken" };
    rotation = next;
  }
}

/** All that is due. What is chosen and not announced stays so while the rotation is paused. */
async function tendParts(
  deps: AdvanceRotationDeps,
  live: Rotation,
  turn: Turn,
): Promise<AdvanceRotationResult> {
  let rotation = live;
  const tended = new Set<number>();
  for (;;) {
    const due = (await deps.registry.listDueParts(live.id, deps.now())).filter(
      ({ number, isAnnounced }) => !tended.has(number) && (isAnnounced || live.state === "running"),
    );
    if (due.length === 0) return { rotation, outcome: "waiting" };
    for (const part of due) {
      if (!turn.mayGoOn()) return { rotation, outcome: "stopped" };
      const next = await tend(deps, rotation, part, turn.requestId);
      if (next === undefined) return { rotation, outcome: "overtaken" };
      rotation = next;
      tended.add(part.number);
    }
  }
}

/** Announces the part, or looks what has become of it. */
async function tend(
  deps: AdvanceRotationDeps,
  rotation: Rotation,
  part: WavePart,
  requestId: string,
): Promise<Rotation | undefined> {
  const changed = part.isAnnounced
    ? await look(deps, rotation, part)
    : await announce(deps, rotation, part, requestId);
  return deps.registry.save(changed.rotation, { part: changed.part });
}

async function look({ registry, now }: AdvanceRotationDeps, rotation: Rotation, part: WavePart) {
  const members = Object.entries(part.members);
  const own = await registry.readCertificates(members.filter(([, member]) => member === "awaited").map(idOf));
  const successorIds = [
    ...members.flatMap(([, member]) => (member === "awaited" ? [] : [member])),
    ...own.flatMap(({ renewedBy }) => renewedBy ?? []),
  ];
  const all = [...own, ...(await registry.readCertificates(successorIds))];
  const byId = new Map<string, Certificate>(all.map(certificate => [certificate.id, certificate]));
  const { part: looked, found } = lookAt(part, byId, now());
  return { part: looked, rotation: withFound(rotation, part.wave, found) };
}

const idOf = ([id]: readonly [string, unknown]): string => id;

function withFound(rotation: Rotation, waveNumber: number, found: Found): Rotation {
  const { counts, wave } = rotation;
  const { renewed, seen, failed, withdrawn, done } = found;
  return {
    ...rotation,
    counts: {
      ...counts,
      renewed: counts.renewed + renewed,
      seen: counts.seen + seen,
      failed: counts.failed + failed,
      withdrawn: counts.withdrawn + withdrawn,
      watched: counts.watched - done,
    },
    ...(wave?.number === waveNumber
      ? {
          wave: {
            ...wave,
            renewed: wave.renewed + renewed,
            failed: wave.failed + failed,
            withdrawn: wave.withdrawn + withdrawn,
          },
        }
      : {}),
  };
}

const actor = "job:advance-rotations";

async function end(
  { registry, now }: AdvanceRotationDeps,
  rotation: Rotation,
  step: { readonly kind: "abort"; readonly why: string } | { readonly kind: "finish" },
  requestId: string,
): Promise<AdvanceRotationResult> {
  const at = now();
  const outcome = step.kind === "abort" ? "aborted" : "finished";
  const ended: Rotation = {
    ...rotation,
    state: outcome,
    endedAt: at,
    ...(step.kind === "abort" ? { abortedBecause: step.why } : {}),
  };
  const action: AuditAction = `rotation.${outcome}`;
  const facts = step.kind === "abort" ? { why: step.why } : {};
  const owner = ownerOf(rotation.selector);
  const audit = { subject: rotation.id, action, actor, ...owner, requestId, at, facts };
  const saved = await registry.save(ended, { audit, event: rotationEnded(ended, at) });
  return saved === undefined ? { rotation, outcome: "overtaken" } : { rotation: saved, outcome };
}
