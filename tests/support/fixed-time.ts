// The one instant that tests start from, and a clock that moves only by hand.

export const noon = new Date("2026-03-01T12:00:00.000Z");

export const minuteMs = 60_000;
export const dayMs = 86_400_000;

/** `noon` and so many milliseconds; negative for before. */
export function fromNoon(ms: number): Date {
  return new Date(noon.getTime() + ms);
}

export type HandClock = { readonly now: () => Date; readonly forward: (ms: number) => void };

export function handClock(): HandClock {
  let passedMs = 0;
  return {
    now: () => fromNoon(passedMs),
    forward: ms => {
      passedMs += ms;
    },
  };
}
