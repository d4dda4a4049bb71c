// Pages of every family with random certificates in them, in both renderings. Seeded: the same vectors every time.

import { encodePage } from "#core/slot-page/encode.ts";
import { pageSize, slotState } from "#core/slot-page/page.ts";
import { aConnection, subjectOf, toRfc2253 } from "./events.ts";
import type { Vector } from "./vector.ts";
import { issuers } from "./world.ts";

type Family = { readonly name: string; readonly isRevoked: (slot: number, random: () => number) => boolean };

export const pageFamilies: readonly Family[] = [
  { name: "nothing", isRevoked: () => false },
  { name: "1 % at random", isRevoked: (_slot, random) => random() < 0.01 },
  { name: "5 % at random", isRevoked: (_slot, random) => random() < 0.05 },
  { name: "10 % at random", isRevoked: (_slot, random) => random() < 0.1 },
  { name: "30 % at random", isRevoked: (_slot, random) => random() < 0.3 },
  { name: "half at random", isRevoked: (_slot, random) => random() < 0.5 },
  { name: "all but 2 %", isRevoked: (_slot, random) => random() > 0.02 },
  { name: "a lot that ends inside", isRevoked: slot => slot < 1904 },
  { name: "a lot inside", isRevoked: slot => slot >= 1000 && slot < 3500 },
  { name: "a lot and noise", isRevoked: (slot, random) => slot >= 3000 || random() < 0.02 },
  { name: "every third", isRevoked: slot => slot % 3 === 0 },
  { name: "the first slot", isRevoked: slot => slot === 0 },
  { name: "the last slot", isRevoked: slot => slot === pageSize - 1 },
];

export function randomVectors(perFamily: number): readonly Vector[] {
  const random = seededRandom(20_260_901);
  return pageFamilies.flatMap((family, index) => {
    const bits = Uint8Array.from({ length: pageSize }, (_, slot) =>
      family.isRevoked(slot, random) ? slotState.revoked : slotState.good,
    );
    const page = 0x100 + index;
    const store = { [`d1.${page.toString(16)}`]: encodePage(bits) };
    const offsets = [
      0,
      pageSize - 1,
      ...Array.from({ length: perFamily }, () => Math.floor(random() * pageSize)),
    ];
    return offsets.map((offset, count) => ({
      name: `${family.name}, offset ${offset}`,
      event: toEvent(page * pageSize + offset, count % 2 === 0),
      store,
      reason: bits[offset] === slotState.revoked ? "revoked" : "good",
    }));
  });
}

function toEvent(slot: number, inCertificateOrder: boolean): unknown {
  if (inCertificateOrder) return aConnection({ subject: subjectOf(slot) });
  return aConnection({ issuer: toRfc2253(issuers.managed), subject: toRfc2253(subjectOf(slot)) });
}

/** A linear congruential generator (Numerical Recipes), 0 up to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
