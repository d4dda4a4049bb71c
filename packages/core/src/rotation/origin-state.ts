// What the registry remembers of the origin certificate, and what a run makes of it. Pure: `now` is passed in.
import type { Serial } from "#core/serial.ts";
import { dueAt, originProfile } from "./origin-profile.ts";

export type OriginCertificate = {
  readonly serial: Serial;
  /** Of the certificate's DER. */
  readonly sha256: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
};

/** One rotation at a time. `leaseUntil` outlives the run that holds it; after it the rotation is an abandoned one. */
export type OriginRotation = {
  readonly id: string;
  readonly leaseUntil: Date;
} & (
  | { readonly step: "started" }
  /** The CA has been asked, and only the run's memory holds the key. */
  | { readonly step: "asked"; readonly serial: Serial }
  /** Rehearsed. From here on ACM may hold it under the live ARN. */
  | { readonly step: "importing"; readonly candidate: OriginCertificate }
);

export type RetiringCertificate = {
  readonly serial: Serial;
  readonly reason: "superseded" | "cessationOfOperation";
  /** Revoked at the CA by the first run after this. */
  readonly after: Date;
};

export type OriginState = {
  /** The live one, as the last run left it. */
  readonly current?: OriginCertificate;
  readonly rotation?: OriginRotation;
  readonly retiring: readonly RetiringCertificate[];
  /** Counts writes; 0 has not been written yet. */
  readonly version: number;
};

/** The certificate under the live ARN, and why it must not stay there, if so. */
export type LiveCertificate = OriginCertificate & { readonly faults: readonly string[] };

export const noOriginState: OriginState = { retiring: [], version: 0 };

export type Settled =
  /** Another run holds the lease. */
  | { readonly kind: "busy" }
  /** An earlier run ended after the import: the probe is still owed. */
  | { readonly kind: "imported"; readonly candidate: OriginCertificate }
  | { readonly kind: "settled"; readonly state: OriginState; readonly changed: readonly Change[] };

type Change = "abandoned" | "adopted";

/**
 * What an earlier run left behind, against what ACM really holds. A rotation whose key died with its run is given up and
 * its certificate is revoked: no key, no use. A sound certificate that somebody else imported is adopted.
 */
export function settle(state: OriginState, live: LiveCertificate, now: Date): Settled {
  const { rotation } = state;
  if (rotation !== undefined && now < rotation.leaseUntil) return { kind: "busy" };
  if (rotation?.step === "importing" && rotation.candidate.sha256 === live.sha256) {
    return { kind: "imported", candidate: rotation.candidate };
  }
  const cleared = rotation === undefined ? state : abandon(state, now);
  const isStrange = live.sha256 !== cleared.current?.sha256 && live.faults.length === 0;
  return {
    kind: "settled",
    state: isStrange ? withCurrent(cleared, live, now) : cleared,
    changed: [
      ...(rotation === undefined ? [] : (["abandoned"] as const)),
      ...(isStrange ? (["adopted"] as const) : []),
    ],
  };
}

/** Ends the rotation without effect: what it was issued is revoked by this run already. */
export function abandon({ rotation, ...state }: OriginState, now: Date): OriginState {
  const serial = rotation?.step === "importing" ? rotation.candidate.serial : serialOf(rotation);
  if (serial === undefined) return state;
  const retired = { serial, reason: "cessationOfOperation", after: now } as const;
  return { ...state, retiring: [...state.retiring, retired] };
}

const serialOf = (rotation: OriginRotation | undefined): Serial | undefined =>
  rotation?.step === "asked" ? rotation.serial : undefined;

/** `next` is live; what was live before is revoked after the overlap. */
export function withCurrent(state: OriginState, next: OriginCertificate, now: Date): OriginState {
  const { rotation: _ended, current: previous, ...rest } = state;
  const { serial, sha256, notBefore, notAfter } = next;
  const after = new Date(now.getTime() + originProfile.overlapHours * 3_600_000);
  const retired = previous === undefined || previous.serial === serial ? [] : [previous.serial];
  return {
    ...rest,
    current: { serial, sha256, notBefore, notAfter },
    retiring: [
      // Never the one that is live: somebody may have put an old one back.
      ...state.retiring.filter(each => each.serial !== serial),
      ...retired.map(old => ({ serial: old, reason: "superseded", after }) as const),
    ],
  };
}

export type RotateReason = "forced" | "unusable" | "due";

/** Why this run must rotate, or undefined. */
export function rotateReason(live: LiveCertificate, now: Date, force: boolean): RotateReason | undefined {
  if (live.faults.length > 0) return "unusable";
  if (force) return "forced";
  return now >= dueAt(live) ? "due" : undefined;
}

/** Whole days; negative once it has expired. */
export function daysLeft({ notAfter }: { readonly notAfter: Date }, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / 86_400_000);
}
