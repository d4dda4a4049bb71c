// What a plan names ⇄ rows: a page's bitmap, a range or a serial each. Their positions sort as they are read.
import * as z from "zod";
import type { PlannedPage, PlannedRange, PlannedSerial, Selection } from "#core/plan/selection.ts";
import type { Serial } from "#core/serial.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import type { Row } from "./rows.ts";
import { slotSortKey } from "./table.ts";

/** A selection's parts as attributes, with the position of each. */
export type PartAttributes = { readonly position: string; readonly attributes: Row };

export function toParts({ ranges, pages, serials }: Selection): readonly PartAttributes[] {
  return [
    ...pages.map(({ authorityId, page, slots }) => ({
      position: `PAGE#${authorityId}#${slotSortKey(page)}`,
      attributes: { kind: "page", authorityId, page, slots },
    })),
    ...ranges.map(({ authorityId, first, last }) => ({
      position: `RANGE#${authorityId}#${slotSortKey(first)}`,
      attributes: { kind: "range", authorityId, first, last },
    })),
    ...serials.map(({ authorityId, serial }) => ({
      position: `SERIAL#${authorityId}#${serial}`,
      attributes: { kind: "serial", authorityId, serial },
    })),
  ];
}

const slot = z
  .number()
  .int()
  .min(0)
  // The brands are restored, not invented: only counted slots and parsed serials were ever written.
  .transform(value => value as Slot);

const partRow = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("page"),
    authorityId: z.string(),
    page: z.number(),
    slots: z.instanceof(Uint8Array),
  }),
  z.object({ kind: z.literal("range"), authorityId: z.string(), first: slot, last: slot }),
  z.object({
    kind: z.literal("serial"),
    authorityId: z.string(),
    serial: z.string().transform(text => text as Serial),
  }),
]);

type PartRow = z.infer<typeof partRow>;

function fromPartRow(row: Row): PartRow {
  return partRow.parse(row);
}

/** In the order in which the rows come. */
export function selectionOfRows(rows: readonly Row[]): Selection {
  const pages: PlannedPage[] = [];
  const ranges: PlannedRange[] = [];
  const serials: PlannedSerial[] = [];
  for (const row of rows) {
    const { kind, ...part } = fromPartRow(row);
    if ("slots" in part) pages.push(part);
    else if ("first" in part) ranges.push(part);
    else serials.push(part);
  }
  return { pages, ranges, serials };
}
