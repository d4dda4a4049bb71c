// Permits to ask the CA, for one worker: takes them from the shared windows in chunks, waits, books ahead, backs off.
// What is not used dies with its window, so a worker that dies blocks nobody.
import { breaker } from "./breaker.ts";
import type { IssuePermits, Permit, PermitNeed, RateWindows } from "./ports.ts";
import {
  bookingOf,
  pacePerSecond,
  permitsPerWindow,
  windowMs,
  windowOf,
  windowStart,
} from "./rate-window.ts";

export type PermitOptions = {
  readonly issuePerSecond: number;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** 0 to 1, as `Math.random`. */
  readonly random: () => number;
};

export function issuePermits(windows: RateWindows, options: PermitOptions): IssuePermits {
  const { now, sleep } = options;
  const limit = permitsPerWindow(options.issuePerSecond);
  const gate = breaker(options.random);
  const chunks = chunkTaker(windows, limit);
  const bookings = booker(windows, limit, now);

  /** Undefined when this window has none and no window to come could be booked in time. */
  async function takeNow(need: PermitNeed, deadlineMs: number): Promise<Permit | undefined> {
    const window = windowOf(now());
    if (await chunks.take(window)) return { window };
    const booked = await bookings.book(need, window, deadlineMs);
    if (booked === undefined) return undefined;
    // Served: until its window opens, the chunks of this worker need not count it.
    chunks.leave();
    await sleep(windowStart(booked) - now().getTime());
    chunks.join();
    return { window: booked };
  }

  async function take(need: PermitNeed): Promise<Permit | undefined> {
    const deadlineMs = now().getTime() + need.waitMs;
    for (;;) {
      const pause = gate.delayMs(now());
      if (pause === 0) {
        const permit = await takeNow(need, deadlineMs);
        if (permit !== undefined) return permit;
        gate.release();
      }
      const next = windowStart(windowOf(now()) + 1) - now().getTime();
      // Those who wait for the same moment come one after the other within a tenth of a window.
      const wait = Math.max(pause, next) + (options.random() * windowMs) / 10;
      const leftMs = deadlineMs - now().getTime();
      if (Math.max(pause, next) > leftMs) {
        // A call is told at once, for somebody waits. The queue's messages rest here rather than go round and round.
        if (need.from === "queue") await sleep(Math.max(0, leftMs));
        return undefined;
      }
      await sleep(wait);
    }
  }

  return {
    take: async need => {
      chunks.join();
      return take(need).finally(chunks.leave);
    },
    giveBack: permit => {
      gate.release();
      chunks.giveBack(permit.window);
    },
    isCrowded: bookings.isCrowded,
    isFresh: ({ window }) => windowOf(now()) <= window + 1,
    caAnswered: gate.answered,
    caFailed: () => gate.failed(now()),
    perSecond: pacePerSecond(options.issuePerSecond),
  };
}

/** One write takes what all who wait here want, or what was used lately while the window is less than half gone. */
function chunkTaker(windows: RateWindows, limit: number) {
  let waiting = 0;
  let filling: Promise<void> | undefined;
  let current = { window: -1, left: 0, used: 0, gone: 0, isFull: false };
  let usedBefore = 0;
  let wasBusy = false;

  function enter(window: number): void {
    if (current.window >= window) return;
    usedBefore = current.window === window - 1 ? current.used : 0;
    wasBusy = current.window === window - 1 && current.gone > limit / 2;
    current = { window, left: 0, used: 0, gone: 0, isFull: false };
  }

  async function fill(): Promise<void> {
    const target = current;
    const wanted = Math.max(1, waiting, wasBusy ? 0 : usedBefore - target.used);
    const { granted, taken } = await windows.take(target.window, Math.min(wanted, limit), limit);
    target.left += granted;
    target.gone = taken;
    target.isFull = taken >= limit;
  }

  return {
    join: (): void => {
      waiting += 1;
    },
    leave: (): void => {
      waiting -= 1;
    },
    take: async (window: number): Promise<boolean> => {
      enter(window);
      while (current.window === window) {
        if (current.left > 0) {
          current.left -= 1;
          current.used += 1;
          return true;
        }
        if (current.isFull) return false;
        filling ??= fill().finally(() => {
          filling = undefined;
        });
        await filling;
      }
      return false;
    },
    giveBack: (window: number): void => {
      if (current.window === window) current.left += 1;
    },
  };
}

const mostRemembered = 64;
/** Long enough that a crowd is not asked about at every call, short enough to see that it has gone. */
const crowdedMs = 5_000;

/** Books one permit at a time, and remembers what was refused, so that a crowd that waits here asks once. */
function booker(windows: RateWindows, limit: number, now: () => Date) {
  const refused = new Set<string>();
  const crowdedUntil = new Map<string, number>();

  return {
    isCrowded: (tenant: string): boolean => now().getTime() < (crowdedUntil.get(tenant) ?? 0),
    book: async (need: PermitNeed, window: number, deadlineMs: number): Promise<number | undefined> => {
      const booking = bookingOf(need, limit);
      if (booking === undefined) return undefined;
      for (let target = window + 1; target <= window + booking.windows; target += 1) {
        if (windowStart(target) > deadlineMs) return undefined;
        const { tenantLimit } = booking;
        const tenant = tenantLimit === undefined ? undefined : { name: need.tenant, limit: tenantLimit };
        const key = `${target} ${tenant?.name ?? ""}`;
        if (refused.has(key)) continue;
        if (await windows.book(target, booking.limit, tenant)) return target;
        if (refused.size > mostRemembered) refused.clear();
        refused.add(key);
        if (tenant === undefined) continue;
        if (crowdedUntil.size > mostRemembered) crowdedUntil.clear();
        crowdedUntil.set(tenant.name, now().getTime() + crowdedMs);
      }
      return undefined;
    },
  };
}
