// A part of a wave: up to a hundred certificates that are announced, and then watched, together. Small enough for one
// row, so that a wave of thousands costs a few rows and no row per certificate.
import type { Certificate, CertificateId } from "#core/certificate/certificate.ts";
import type { WindowMove } from "#core/renewal/window-move.ts";
import type { Rotation, RotationId, SkipReason } from "./rotation.ts";

export type WavePart = {
  readonly rotationId: RotationId;
  readonly number: number;
  readonly wave: number;
  /** When it was chosen: the moment from which its certificates may be renewed. */
  readonly at: Date;
  readonly deadline: Date;
  readonly isAnnounced: boolean;
  /** When to look at it next. */
  readonly lookAt: Date;
  /** By the certificate's id: its successor, once it has one. Those done with are gone. */
  readonly members: Readonly<Record<string, CertificateId | "awaited">>;
};

/** BatchGetItem takes as many, and a row of them stays below 10 KB. */
export const partSize = 100;

/** The largest wave. Each holder chooses a moment in an hour, so the CA gets 2.8 requests a second of its 25. */
export const largestWave = 10_000;

/**
 * The move of the windows of a part: the same whenever it is worked out, so that it tells a certificate that has it.
 * It opens them at once: a window that is open already must not be shut again by being spread.
 */
export function moveOf(
  rotation: Pick<Rotation, "reason" | "explanationUrl">,
  part: Pick<WavePart, "at">,
): WindowMove {
  return {
    from: part.at,
    spreadSeconds: 0,
    reason: rotation.reason,
    ...(rotation.explanationUrl === undefined ? {} : { explanationUrl: rotation.explanationUrl }),
    at: part.at,
  };
}

/** Whether an earlier run got as far as this certificate. */
export function carriesMove({ windowMove }: Pick<Certificate, "windowMove">, move: WindowMove): boolean {
  return windowMove?.at.getTime() === move.at.getTime() && windowMove.reason === move.reason;
}

/** What to do about a certificate whose turn it is. `newer`: issued since the rotation began, so its outcome. */
export function judgeCandidate(
  certificate: Certificate,
  rotation: Pick<Rotation, "createdAt">,
  now: Date,
): "announce" | "newer" | SkipReason {
  if (rotation.createdAt <= certificate.issuedAt) return "newer";
  if (certificate.state !== "active") return certificate.state;
  if (certificate.renewedBy !== undefined) return "renewed";
  return certificate.notAfter <= now ? "expired" : "announce";
}

/**
 * When to look again: at first each minute, then after a fifth of the time that has passed, so that a holder that takes
 * two days costs 40 looks and not 2,880. Never past the deadline.
 */
export function nextLook({ at, deadline }: Pick<WavePart, "at" | "deadline">, now: Date): Date {
  const afterMs = Math.max(minuteMs, (now.getTime() - at.getTime()) / 5);
  return new Date(Math.min(now.getTime() + afterMs, Math.max(deadline.getTime(), now.getTime())));
}

const minuteMs = 60_000;
