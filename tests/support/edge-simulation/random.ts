// Seeded randomness: the same seed sees the same world every time.

export type Random = {
  /** An integer from 0 to `below - 1`; `below` at most 2^32. */
  readonly integer: (below: number) => number;
  /** 0 up to 1. */
  readonly share: () => number;
};

/** Mulberry32: full 32-bit state, good enough for places in a registry. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const share = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { share, integer: below => Math.floor(share() * below) };
}
