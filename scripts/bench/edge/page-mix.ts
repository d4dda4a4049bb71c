// The mix of pages on which answers are checked and the handler is timed. Every family has the same weight; most real
// pages look like the first five, so the mix is heavier than a healthy fleet.
import { pageSize, slotState } from "#core/slot-page/page.ts";
import type { Random } from "#support/edge-simulation/random.ts";

export type Family = {
  readonly name: string;
  readonly page: (random: Random) => Uint8Array;
};

const scattered = (share: number) => (random: Random) => fill(() => random.share() < share);

export const families: readonly Family[] = [
  { name: "nothing revoked", page: () => new Uint8Array(pageSize) },
  { name: "random, 0.1 %", page: scattered(0.001) },
  { name: "random, 1 %", page: scattered(0.01) },
  { name: "random, 2 %", page: scattered(0.02) },
  { name: "random, 5 %", page: scattered(0.05) },
  { name: "random, 10 %", page: scattered(0.1) },
  { name: "random, 30 %", page: scattered(0.3) },
  { name: "random, half", page: scattered(0.5) },
  { name: "random, all but 2 %", page: scattered(0.98) },
  { name: "whole page revoked", page: () => fill(() => true) },
  { name: "one lot ends inside", page: random => lots(random, 1) },
  { name: "several lots", page: random => lots(random, 4) },
  { name: "lots and 1 % noise", page: random => noisy(lots(random, 2), random) },
  { name: "periods", page: periods },
  { name: "skewed, 0 to 20 %", page: random => fill(slot => random.share() < (0.2 * slot) / pageSize) },
  { name: "single bits at page edges", page: edges },
  { name: "5 %, three fifths expired", page: random => partlyExpired(scattered(0.05)(random), random) },
];

function fill(isRevoked: (slot: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: pageSize }, (_, slot) =>
    isRevoked(slot) ? slotState.revoked : slotState.good,
  );
}

function lots(random: Random, number: number): Uint8Array {
  const page = new Uint8Array(pageSize);
  for (let lot = 0; lot < number; lot += 1) {
    const first = random.integer(pageSize);
    page.fill(slotState.revoked, first, first + 1 + random.integer(2 * (pageSize / number)));
  }
  return page;
}

function noisy(page: Uint8Array, random: Random): Uint8Array {
  return page.map(state => (random.share() < 0.01 ? 1 - state : state));
}

function periods(random: Random): Uint8Array {
  const [good, revoked, shift] = [1 + random.integer(64), 1 + random.integer(64), random.integer(128)];
  return fill(slot => (slot + shift) % (good + revoked) >= good);
}

function edges(random: Random): Uint8Array {
  const places = [0, 1, 5, 6, 7, 8, 2047, 2048, 4088, 4090, 4094, 4095];
  return fill(slot => places.includes(slot) && random.share() < 0.5);
}

function partlyExpired(page: Uint8Array, random: Random): Uint8Array {
  return page.map(state => (random.share() < 0.6 ? slotState.any : state));
}
