// When to ask for a certificate that the CA is signing: about when the last ones were ready, so that most are there at
// the first GetCertificate. One worker's estimate, learnt from its own polls.

export type SigningTime = {
  /** The pause before each poll, in milliseconds; together no more than `waitMs`. */
  readonly pausesMs: (waitMs: number) => readonly number[];
  /** A first poll found its certificate, which may have been ready for some time. */
  readonly wasReady: () => void;
  /** A first poll came too early: the certificate was found after so many milliseconds, or was not even then. */
  readonly wasEarly: (waitedMs: number) => void;
};

/** What the first certificate of a worker is given. */
const firstMs = 150;
const shortestMs = 40;
/** Less than any call can wait: a worker that does not poll does not learn either. */
const longestMs = 2_000;

/**
 * A late certificate moves the estimate a quarter of the way, each one in time takes a fiftieth off: that settles where
 * about one in seven is late. The pauses after the first poll grow threefold, because GetCertificate has three calls for
 * each IssueCertificate (75 against 25 a second), and a slow CA is not helped by being asked more often.
 */
export function signingTime(): SigningTime {
  let estimateMs = firstMs;
  const settle = (ms: number): void => {
    estimateMs = Math.min(longestMs, Math.max(shortestMs, ms));
  };
  return {
    pausesMs: waitMs => {
      const pauses: number[] = [];
      let [pauseMs, nextMs, leftMs] = [estimateMs, Math.max(shortestMs, estimateMs / 4), waitMs];
      while (pauseMs <= leftMs) {
        pauses.push(pauseMs);
        [pauseMs, nextMs, leftMs] = [nextMs, nextMs * 3, leftMs - pauseMs];
      }
      return pauses;
    },
    wasReady: () => settle(estimateMs * 0.98),
    wasEarly: waitedMs => settle(estimateMs + Math.max(0, waitedMs - estimateMs) / 4),
  };
}
