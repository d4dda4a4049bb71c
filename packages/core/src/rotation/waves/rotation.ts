// A rotation: an operator's order to renew the certificates of a lot, a tenant or an authority, wave by wave. What it
// has come to stands in one record, which is all that progress is read from.
import type { Source } from "#core/listing/scope.ts";

export const rotationStates = ["running", "paused", "aborted", "finished"] as const;
export type RotationState = (typeof rotationStates)[number];

/** `rot_` and 24 hex digits. */
export type RotationId = string & { readonly __brand: "RotationId" };

/** Whose certificates. Those issued after the rotation began are its outcome, and not covered. */
export type RotationSelector = Exclude<Source, { readonly kind: "holder" }>;

/** Why a certificate is left alone when its turn comes. `renewed`: it has a successor already. */
export const skipReasons = ["renewed", "held", "superseded", "revoked", "expired"] as const;
export type SkipReason = (typeof skipReasons)[number];
export type SkippedCounts = Readonly<Record<SkipReason, number>>;

export type RotationSettings = {
  /** Certificates of a wave. */
  readonly waveSize: number;
  /** From the end of a wave's announcement to the next wave, at least. */
  readonly pauseSeconds: number;
  /** How long a holder has from its announcement. */
  readonly deadlineSeconds: number;
  /** More of a wave than this not renewed in time ends the rotation. */
  readonly abortThresholdPercent: number;
  /** Shown to the holders. */
  readonly reason: string;
  readonly explanationUrl?: string;
};

/** The current wave. Of earlier ones enough has been renewed. */
export type Wave = {
  /** From 1. */
  readonly number: number;
  readonly startedAt: Date;
  /** Chosen so far; some of them may not be announced yet. */
  readonly picked: number;
  /** Set when it is complete: nothing more is chosen for it. */
  readonly pickedAt?: Date;
  readonly announced: number;
  readonly renewed: number;
  readonly failed: number;
  /** Announced, then revoked or held: no verdict on the rotation. */
  readonly withdrawn: number;
};

/** Over all waves. */
export type RotationCounts = {
  readonly announced: number;
  readonly renewed: number;
  /** Renewed, and the successor was seen at the edge. */
  readonly seen: number;
  /** Not renewed in time. */
  readonly failed: number;
  readonly withdrawn: number;
  readonly skipped: SkippedCounts;
  /** Chosen, and neither seen, failed, withdrawn nor out of time yet. */
  readonly watched: number;
};

/** How far the walk over the registry has come; `after` is a position in the segment. */
export type WalkPlace = { readonly segment: string; readonly after?: string };

/** What there was when the rotation began, as the index showed it. */
export type RotationTotal = {
  /** Active ones: about as many as will be announced. */
  readonly certificates: number;
  /** False when counting all would have taken too long. */
  readonly isComplete: boolean;
};

export type Rotation = RotationSettings & {
  readonly id: RotationId;
  readonly selector: RotationSelector;
  readonly state: RotationState;
  readonly abortedBecause?: string;
  readonly total: RotationTotal;
  readonly counts: RotationCounts;
  readonly wave?: Wave;
  /** Where the walk goes on; undefined before its first step. */
  readonly place?: WalkPlace;
  /** The walk has seen all there is. */
  readonly isWalked: boolean;
  /** Numbers the parts of waves. */
  readonly parts: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly endedAt?: Date;
  readonly version: number;
};

export const noneSkipped: SkippedCounts = { renewed: 0, held: 0, superseded: 0, revoked: 0, expired: 0 };

export const noCounts: RotationCounts = {
  announced: 0,
  renewed: 0,
  seen: 0,
  failed: 0,
  withdrawn: 0,
  skipped: noneSkipped,
  watched: 0,
};

export function addSkipped(counts: SkippedCounts, reasons: readonly SkipReason[]): SkippedCounts {
  const sum = { ...counts };
  for (const reason of reasons) sum[reason] += 1;
  return sum;
}

/** Whether there is still something to do for it. */
export function isLive({ state }: Pick<Rotation, "state">): boolean {
  return state === "running" || state === "paused";
}

/** One per rotation at a time; also a part of audit records. */
export function selectorText(selector: RotationSelector): string {
  switch (selector.kind) {
    case "lot":
      return `lot:${selector.tenant}/${selector.lot}`;
    case "tenant":
      return `tenant:${selector.tenant}`;
    case "authority":
      return `authority:${selector.authorityId}`;
  }
}

/** For audit records: an authority's certificates belong to many tenants. */
export function ownerOf(selector: RotationSelector): { readonly tenant?: string } {
  return selector.kind === "authority" ? {} : { tenant: selector.tenant };
}

export function newRotationId(): RotationId {
  return `rot_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}` as RotationId; // The brand's source.
}
