// Request-rate quota as AWS applies it: a bucket that refills steadily and holds one second's worth of tokens.
import type { Clock } from "./clock.ts";

export type TokenBucket = { readonly take: () => boolean };

/** `ratePerSecond` tokens a second, burst of the same size. `take` answers false when the caller must be throttled. */
export function tokenBucket(clock: Clock, ratePerSecond: number): TokenBucket {
  let tokens = ratePerSecond;
  let last = clock.now().getTime();
  return {
    take: () => {
      const now = clock.now().getTime();
      tokens = Math.min(ratePerSecond, tokens + (Math.max(0, now - last) / 1000) * ratePerSecond);
      last = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
