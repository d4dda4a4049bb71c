// What is due for one certificate, and when something is due for it next. Pure: the record, its profile, its successor
// and the time decide, so that a sweep that runs twice, late or not at all changes nothing but the moment.
import type { Announced, Certificate, CertificateState } from "#core/certificate/certificate.ts";
import type { RenewalPolicy } from "#core/profile/profile.ts";
import { isInUse } from "#core/renewal/decide-renewal.ts";
import { type RenewalWindow, renewalWindow } from "#core/renewal/window.ts";
import { retiresAt } from "./retire.ts";

export type DueFacts = {
  readonly certificate: Certificate;
  readonly renewal: Pick<RenewalPolicy, "expiringDays" | "overlapDays">;
  /** The certificate of `renewedBy`. */
  readonly successor: Certificate | undefined;
  readonly now: Date;
};

export type Notice =
  | { readonly kind: "renewal_due"; readonly window: RenewalWindow }
  | {
      readonly kind: "expiring";
      readonly expiresWithinDays: number;
      /** One that was never seen at the edge. */
      readonly successor: Certificate | undefined;
    };

export type Due =
  /** Nothing will ever be due for it again. */
  | { readonly kind: "over" }
  | { readonly kind: "later"; readonly nextAt: Date }
  | {
      readonly kind: "notify";
      readonly notices: readonly Notice[];
      readonly announced: Announced;
      readonly nextAt: Date;
    }
  | { readonly kind: "expire" }
  | { readonly kind: "retire" }
  /** Its hold has come to the end that it was given. */
  | { readonly kind: "resume" };

const dayMs = 86_400_000;

export function nextDue(facts: DueFacts): Due {
  return byState[facts.certificate.state](facts);
}

const byState = {
  active: facts => (hasExpired(facts) ? { kind: "expire" } : ofActive(facts)),
  // Its resumption puts it back into the index: what was due meanwhile is announced then.
  held: facts => {
    if (hasExpired(facts)) return { kind: "expire" };
    const until = facts.certificate.hold?.until;
    if (until === undefined) return { kind: "later", nextAt: expiresAt(facts) };
    if (until <= facts.now) return { kind: "resume" };
    return { kind: "later", nextAt: earliest(expiresAt(facts), until) };
  },
  superseded: facts => {
    if (hasExpired(facts)) return { kind: "expire" };
    const retireAt = retiresAt(facts.certificate, facts.renewal);
    if (retireAt <= facts.now) return { kind: "retire" };
    return { kind: "later", nextAt: earliest(expiresAt(facts), retireAt) };
  },
  expired: () => ({ kind: "over" }),
  // Telling the CA is another job's, with keys of its own in the index.
  revoked: () => ({ kind: "over" }),
} as const satisfies Record<CertificateState, (facts: DueFacts) => Due>;

/** RFC 5280, 4.1.2.5: the validity includes its last second. */
function expiresAt({ certificate }: DueFacts): Date {
  return new Date(certificate.notAfter.getTime() + 1_000);
}

const hasExpired = (facts: DueFacts): boolean => expiresAt(facts) <= facts.now;

function ofActive(facts: DueFacts): Due {
  const { certificate, successor, now } = facts;
  // Somebody uses its successor: nobody needs to hear of it any more.
  if (successor !== undefined && isInUse(successor)) return { kind: "later", nextAt: expiresAt(facts) };
  const window = renewalWindow(certificate);
  const thresholds = thresholdsOf(facts, window);
  const notices = [...renewalNotice(certificate, window, now), ...expiringNotice(facts, thresholds)];
  const moments = [...(certificate.renewedBy === undefined ? [window.start] : []), ...thresholds.map(at)];
  const nextAt = earliest(expiresAt(facts), ...moments.filter(moment => moment > now));
  if (notices.length === 0) return { kind: "later", nextAt };
  return { kind: "notify", notices, announced: announcedBy(certificate, notices), nextAt };
}

function renewalNotice(certificate: Certificate, window: RenewalWindow, now: Date): readonly Notice[] {
  const isTold = certificate.announced?.windowStart?.getTime() === window.start.getTime();
  const isDue = window.start <= now && certificate.renewedBy === undefined;
  return isDue && !isTold ? [{ kind: "renewal_due", window }] : [];
}

type Threshold = { readonly days: number; readonly at: Date };
const at = (threshold: Threshold): Date => threshold.at;

/** What lies before its window says nothing: until then it cannot be renewed. */
function thresholdsOf({ certificate, renewal }: DueFacts, window: RenewalWindow): readonly Threshold[] {
  return renewal.expiringDays
    .map(days => ({ days, at: new Date(certificate.notAfter.getTime() - days * dayMs) }))
    .filter(threshold => threshold.at > window.start);
}

/** Of several that were passed since the last look, the most recent alone is worth telling. */
function expiringNotice(
  { certificate, successor, now }: DueFacts,
  thresholds: readonly Threshold[],
): readonly Notice[] {
  const passed = thresholds.filter(threshold => threshold.at <= now).map(({ days }) => days);
  const expiresWithinDays = Math.min(...passed);
  const told = certificate.announced?.expiringDays ?? Number.POSITIVE_INFINITY;
  return expiresWithinDays < told ? [{ kind: "expiring", expiresWithinDays, successor }] : [];
}

function announcedBy({ announced }: Certificate, notices: readonly Notice[]): Announced {
  let { windowStart, expiringDays }: Announced = announced ?? {};
  for (const notice of notices) {
    if (notice.kind === "renewal_due") windowStart = notice.window.start;
    else expiringDays = notice.expiresWithinDays;
  }
  return {
    ...(windowStart === undefined ? {} : { windowStart }),
    ...(expiringDays === undefined ? {} : { expiringDays }),
  };
}

function earliest(first: Date, ...others: readonly Date[]): Date {
  return others.reduce((soonest, moment) => (moment < soonest ? moment : soonest), first);
}
