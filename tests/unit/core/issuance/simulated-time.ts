// Time that passes only when nobody has anything left to do: minutes of waiting take milliseconds, and in one order.
import { noon } from "#support/fixed-time.ts";

export type SimulatedTime = {
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Lets everything happen that is due within so many milliseconds. */
  readonly pass: (milliseconds: number) => Promise<void>;
};

export function simulatedTime(): SimulatedTime {
  let at = noon.getTime();
  const timers: { readonly at: number; readonly wake: () => void }[] = [];
  const settle = () => new Promise(resolve => setImmediate(resolve));
  return {
    now: () => new Date(at),
    sleep: milliseconds =>
      new Promise(wake => {
        timers.push({ at: at + Math.max(0, milliseconds), wake });
        timers.sort((a, b) => a.at - b.at);
      }),
    pass: async milliseconds => {
      const end = at + milliseconds;
      await settle();
      for (let next = timers[0]; next !== undefined && next.at <= end; next = timers[0]) {
        at = Math.max(at, next.at);
        while (timers[0] !== undefined && timers[0].at <= at) timers.shift()?.wake();
        await settle();
      }
      at = end;
    },
  };
}

/** Reproducible, evenly spread numbers from 0 to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
