// The one source of time for every local server, so that a test can move all of them together.

export type Clock = { readonly now: () => Date };

export const systemClock: Clock = { now: () => new Date() };
