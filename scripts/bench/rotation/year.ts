// A year of ten million devices whose certificates were all issued at the same moment: when each renews, by the
// product's own window function, and what that asks of the CA.
import { type RenewalWindow, renewalWindow } from "#core/renewal/window.ts";
import { type Random, seeded } from "#support/edge-simulation/random.ts";

export type YearOptions = {
  readonly devices: number;
  /** What the CA takes of renewals a second. */
  readonly budgetPerSecond: number;
  /** Without: every device renews at its first look after its window could open at all. */
  readonly spread: boolean;
};

export type Year = {
  /** Renewals that the CA has made, in each second of the year. */
  readonly bySecond: Uint16Array;
  /** Asked for in the busiest second, before the CA's budget is applied. */
  readonly peakAsked: number;
  readonly peakServed: number;
  readonly renewed: number;
  readonly expiredUnrenewed: number;
  /** Renewed with fewer than 30 days left: the ones that `Certificate Expiring` told of. */
  readonly lateRenewals: number;
  /** The longest that a renewal waited for its turn. */
  readonly longestWaitSeconds: number;
};

/** One device in fifty is away once in the year, from one to six weeks: in stock, in transit, switched off. */
const offlineShare = 0.02;
const shortestOfflineDays = 7;
const longestOfflineDays = 42;

export const assumptions = `each device looks once a day, at a moment of its own; ${offlineShare * 100} % are away once, for ${shortestOfflineDays} to ${longestOfflineDays} days`;

const daySeconds = 86_400;
const yearDays = 365;
const issuedAt = new Date("2026-01-01T00:00:00Z");
const notAfter = new Date(issuedAt.getTime() + yearDays * daySeconds * 1_000);
const opensAtPercent = 66;

/** The same devices at every call. */
export function simulateYear({ devices, budgetPerSecond, spread }: YearOptions): Year {
  const random = seeded(20_260_101);
  const asked = new Uint16Array(yearDays * daySeconds);
  let never = 0;
  for (let device = 0; device < devices; device += 1) {
    const second = renewsAt(spread ? windowStart(random) : earliestStart, random);
    // The last second of its life is too late: the certificate has to be there before.
    if (second >= asked.length) never += 1;
    else asked[second] = (asked[second] ?? 0) + 1;
  }
  const { unserved, ...served } = serve(asked, budgetPerSecond);
  return { ...served, expiredUnrenewed: never + unserved };
}

const earliestStart = (yearDays * daySeconds * opensAtPercent) / 100;

/** Seconds after issuance, of a certificate with a digest of its own. */
function windowStart(random: Random): number {
  const sha256 = random
    .integer(2 ** 32)
    .toString(16)
    .padStart(8, "0")
    .padEnd(64, "0");
  const { start }: RenewalWindow = renewalWindow({
    sha256,
    notBefore: issuedAt,
    notAfter,
    issuedAt,
    opensAtPercent,
  });
  return (start.getTime() - issuedAt.getTime()) / 1_000;
}

/** The device's first look at or after `start`; one that is away then looks when it is back. */
function renewsAt(start: number, random: Random): number {
  const timeOfDay = random.integer(daySeconds);
  const look = timeOfDay + Math.ceil((start - timeOfDay) / daySeconds) * daySeconds;
  if (random.share() >= offlineShare) return look;
  const offlineDays = shortestOfflineDays + random.share() * (longestOfflineDays - shortestOfflineDays);
  const leaves = random.integer(yearDays * daySeconds);
  const isBack = leaves + Math.floor(offlineDays * daySeconds);
  return look >= leaves && look < isBack ? isBack : look;
}

/** What is beyond the budget of one second waits for the next, as in the product's queue. */
function serve(
  asked: Uint16Array,
  budgetPerSecond: number,
): Omit<Year, "expiredUnrenewed"> & { readonly unserved: number } {
  const bySecond = new Uint16Array(asked.length);
  const lateFrom = asked.length - 30 * daySeconds;
  let waiting = 0;
  let peakAsked = 0;
  let peakServed = 0;
  let renewed = 0;
  let lateRenewals = 0;
  let longestWaitSeconds = 0;
  for (let second = 0; second < asked.length; second += 1) {
    const fresh = asked[second] ?? 0;
    const served = Math.min(waiting + fresh, budgetPerSecond);
    waiting += fresh - served;
    bySecond[second] = served;
    peakAsked = Math.max(peakAsked, fresh);
    peakServed = Math.max(peakServed, served);
    renewed += served;
    if (second >= lateFrom) lateRenewals += served;
    longestWaitSeconds = Math.max(longestWaitSeconds, waiting / budgetPerSecond);
  }
  return { bySecond, peakAsked, peakServed, renewed, lateRenewals, longestWaitSeconds, unserved: waiting };
}

/** The busiest stretch of so many seconds, as a rate a second. */
export function busiest({ bySecond }: Year, seconds: number): number {
  let most = 0;
  for (let first = 0; first < bySecond.length; first += seconds) {
    most = Math.max(most, sum(bySecond.subarray(first, first + seconds)));
  }
  return most / seconds;
}

/** Renewals on each day of the year. */
export function byDay({ bySecond }: Year): readonly number[] {
  return Array.from({ length: yearDays }, (_, day) =>
    sum(bySecond.subarray(day * daySeconds, (day + 1) * daySeconds)),
  );
}

const sum = (counts: Uint16Array): number => counts.reduce((total, one) => total + one, 0);
