// The CA's rate cut into short windows, and who may have how much of one. Pure.
import type { PermitNeed } from "./ports.ts";

/** Short enough that the wait for the next one is not felt, long enough that one write serves several permits. */
export const windowMs = 500;

/**
 * Rounded down, and at least one: a rate below two a second cannot be kept by windows of this length. At the default of 25 a second a window has 12, so 24 a second. What is left covers asks that slip into
 * the next window, since PCA counts them when they arrive.
 */
export function permitsPerWindow(issuePerSecond: number): number {
  return Math.max(1, Math.floor((issuePerSecond * windowMs) / 1_000));
}

/** What is kept to in fact. */
export function pacePerSecond(issuePerSecond: number): number {
  return (permitsPerWindow(issuePerSecond) * 1_000) / windowMs;
}

export function windowOf(now: Date): number {
  return Math.floor(now.getTime() / windowMs);
}

export function windowStart(window: number): number {
  return window * windowMs;
}

export type Booking = {
  /** How many windows ahead. */
  readonly windows: number;
  /** Booked permits of one window, whoever booked them. */
  readonly limit: number;
  readonly tenantLimit: number | undefined;
};

/**
 * Booking ahead is what makes a turn certain: whoever comes when a window opens finds the booked permits gone. Nothing
 * is held back when nobody books. Renewals reach further and may have more than enrolments, so that those never starve
 * them; a quarter is left for who waits in the queue. A tenant books a quarter at most (threat A6).
 */
export function bookingOf(need: PermitNeed, permits: number): Booking | undefined {
  const share = (part: number): number => Math.max(1, Math.floor(permits * part));
  if (need.purpose === "renew") return { windows: 3, limit: share(3 / 4), tenantLimit: undefined };
  if (need.from === "queue") return undefined;
  return { windows: 1, limit: share(1 / 2), tenantLimit: share(1 / 4) };
}
