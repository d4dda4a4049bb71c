// What keeping to the CA's rate needs of the outside world, and what it offers to those who ask the CA.
import type { Enrolment } from "#core/enrolment/enrolment.ts";

/** A renewal replaces what works today and has a last day; a new device can wait. */
export type Purpose = "enrol" | "renew";

export function purposeOf({ renews }: Pick<Enrolment, "renews">): Purpose {
  return renews === undefined ? "enrol" : "renew";
}

/** The shared counters, one per window: everybody who asks the CA takes from the same ones. */
export type RateWindows = {
  /** Takes up to `wanted` permits while fewer than `limit` are gone. Answers how many, and how many are gone now. */
  readonly take: (
    window: number,
    wanted: number,
    limit: number,
  ) => Promise<{ readonly granted: number; readonly taken: number }>;
  /** Takes one permit of a window to come, if fewer than `limit` of it are gone, and of these fewer than the tenant's. */
  readonly book: (
    window: number,
    limit: number,
    tenant?: { readonly name: string; readonly limit: number },
  ) => Promise<boolean>;
};

/** The right to make one call of IssueCertificate, about now. */
export type Permit = { readonly window: number };

export type PermitNeed = {
  readonly tenant: string;
  readonly purpose: Purpose;
  /** A call has somebody waiting at its other end and may book ahead; the queue takes what is there. */
  readonly from: "call" | "queue";
  readonly waitMs: number;
};

export type IssuePermits = {
  /** Undefined when there is none within the time given. */
  readonly take: (need: PermitNeed) => Promise<Permit | undefined>;
  /**
   * Whether the tenant has lately been refused a permit ahead: its calls would wait in vain, and a worker that waits
   * takes in none of those that come after.
   */
  readonly isCrowded: (tenant: string) => boolean;
  /** For a permit with which nobody was asked. */
  readonly giveBack: (permit: Permit) => void;
  /** Whether it may still be used: one that comes late would be used beside those of another window. */
  readonly isFresh: (permit: Permit) => boolean;
  /** Reports how an ask went; failures make the next ones rare. */
  readonly caAnswered: () => void;
  readonly caFailed: () => void;
  readonly perSecond: number;
};

/** Enrolments that wait for their turn. Losing a message loses time only: the registry has the enrolment. */
export type EnrolmentQueue = {
  readonly send: (
    enrolment: Pick<Enrolment, "id" | "tenant" | "renews">,
    delaySeconds: number,
  ) => Promise<void>;
  /** How many wait, roughly. */
  readonly depth: (purpose: Purpose) => Promise<number>;
};

/** Tells people, through logs and metrics. Never throws. */
export type IssueWatch = {
  readonly authorityExhausted: (authorityId: string) => void;
  readonly permitRefused: (purpose: Purpose) => void;
  readonly notQueued: (enrolmentId: string, error: unknown) => void;
};
