// Handshakes on pages of the mix: of each page one certificate anywhere in it, and the last one. The store holds both
// layouts, ours by slot and the documented one by serial, and both refuse the same certificates.
import { encodePage } from "#core/slot-page/encode.ts";
import { isDenied } from "#core/slot-page/lookup.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import { seeded } from "#support/edge-simulation/random.ts";
import { aConnection, subjectOf } from "#support/edge-vectors/events.ts";
import type { Vector } from "#support/edge-vectors/vector.ts";
import { families } from "./page-mix.ts";
import { serialKeys } from "./serial-keys.ts";

export type TimedVector = Vector & { readonly family: string; readonly isLast: boolean };

const pagesPerFamily = 20;
/** Not one of the pages that the common store has. */
const firstPage = 0x1000;

export function timedVectors(): readonly TimedVector[] {
  const random = seeded(5);
  const serials = serialKeys(families.length * pagesPerFamily * 2);
  const vectors: TimedVector[] = [];
  for (const { name: family, page } of families) {
    for (let each = 0; each < pagesPerFamily; each += 1) {
      const value = encodePage(page(random));
      for (const offset of [random.integer(pageSize), pageSize - 1]) {
        const serial = serials[vectors.length] ?? "";
        const slot = (firstPage + vectors.length) * pageSize + offset;
        const denied = isDenied(value, offset);
        vectors.push({
          name: `${family}, slot ${slot}`,
          family,
          isLast: offset === pageSize - 1,
          event: aConnection({ subject: subjectOf(slot), serialNumber: serial.replace(/..(?=.)/g, "$&:") }),
          store: { [pageKey("d1", Math.floor(slot / pageSize))]: value, ...(denied ? { [serial]: "" } : {}) },
          reason: denied ? "revoked" : "good",
        });
      }
    }
  }
  return vectors;
}
