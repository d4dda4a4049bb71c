// After a failure of the CA the next asks wait, longer each time; then a single one goes first. So an outage costs a
// few asks, and all others stay what they were: never asked, with nothing to be searched for afterwards (threat C2).

export type Breaker = {
  /** Milliseconds to wait before anybody may ask; 0 lets this one through. */
  readonly delayMs: (now: Date) => number;
  /** For one that was let through and did not ask. */
  readonly release: () => void;
  readonly answered: () => void;
  readonly failed: (now: Date) => void;
};

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** Longer than an ask can take: whoever went first and was never heard of again has died. */
const probeMs = 15_000;

export function breaker(random: () => number): Breaker {
  let failures = 0;
  let closedUntil = 0;
  let probeUntil = 0;
  return {
    delayMs: now => {
      const at = now.getTime();
      if (failures === 0) return 0;
      if (at < closedUntil) return closedUntil - at;
      if (at < probeUntil) return Math.min(500, probeUntil - at);
      probeUntil = at + probeMs;
      return 0;
    },
    release: () => {
      probeUntil = 0;
    },
    answered: () => {
      failures = 0;
      probeUntil = 0;
    },
    failed: now => {
      // Those that were under way together fail together, and count as one.
      if (now.getTime() < closedUntil) return;
      failures += 1;
      const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
      // Workers that failed in step should not come back in step.
      closedUntil = now.getTime() + pause * (0.75 + random() / 2);
      probeUntil = 0;
    },
  };
}
