// The time between IssueCertificate's answer and the moment GetCertificate can deliver.
// It runs on timers, not on the clock: latency is not domain time, and a frozen clock must not stop issuance.
// After a restart nothing waits: what was acknowledged is on disk and ready.

export type IssuanceQueue = {
  /** Calls `done` when the certificate is ready; at once when there is no delay. */
  readonly add: (certificateArn: string, done: () => void) => void;
  readonly isWaiting: (certificateArn: string) => boolean;
  readonly stop: () => void;
};

export function issuanceQueue(delayMs: { readonly min: number; readonly max: number }): IssuanceQueue {
  const waiting = new Map<string, NodeJS.Timeout>();
  return {
    add: (certificateArn, done) => {
      if (delayMs.max <= 0) return done();
      const delay = delayMs.min + Math.random() * (delayMs.max - delayMs.min);
      const timer = setTimeout(() => {
        waiting.delete(certificateArn);
        done();
      }, delay);
      waiting.set(certificateArn, timer);
    },
    isWaiting: certificateArn => waiting.has(certificateArn),
    stop: () => {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
