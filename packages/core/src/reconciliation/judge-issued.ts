// One entry of the CA's list held against the registry. Pure: what to do about it is decided from this alone.
import type { Certificate } from "#core/certificate/certificate.ts";
import type { IssuedEntry } from "./ports.ts";

export type Judgement =
  | "agreed"
  /** Unknown to the registry, and so young that the call that asked for it may still record it. */
  | "young"
  /** Unknown to the registry: an orphan, unless an open enrolment owns it. */
  | "unknown"
  /** Revoked in the registry, and the CA has not been told for too long. */
  | "owed"
  /** Revoked at the CA behind our back: the edge still admits it. */
  | "revoked_at_ca_only";

/**
 * Twice the five minutes in which the CA takes an ask for the same: by then the enrolment that owns a certificate has
 * recorded it or stands in the index of the open ones, and a revocation's message has reached the CA.
 */
export const settledAfterMs = 10 * 60_000;

export function judgeIssued(entry: IssuedEntry, certificate: Certificate | undefined, now: Date): Judgement {
  const isSettled = (at: Date): boolean => now.getTime() - at.getTime() >= settledAfterMs;
  if (certificate === undefined) return isSettled(entry.issuedAt) ? "unknown" : "young";
  if (certificate.state !== "revoked") {
    return entry.revokedAt === undefined ? "agreed" : "revoked_at_ca_only";
  }
  const told = entry.revokedAt !== undefined;
  return told || !isSettled(certificate.revocation?.revokedAt ?? now) ? "agreed" : "owed";
}
