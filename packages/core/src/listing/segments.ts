// The segments of the registry that a listing walks, in order. Their labels stay the same from call to call, so that a
// cursor can name one.
import { isManaged } from "#core/authority/authority.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import type { ListFilter, ListingRegistry, Segment } from "./listing.ts";
import type { Source } from "./scope.ts";

/** Nothing was issued before edgecert was. */
const firstMonth = "2025-01";

export async function segmentsOf(
  registry: Pick<ListingRegistry, "listAuthorities" | "readLotBlocks">,
  source: Source,
  { expiresBefore }: Pick<ListFilter, "expiresBefore">,
  now: Date,
): Promise<readonly Segment[]> {
  switch (source.kind) {
    case "holder":
      return [source];
    case "tenant": {
      // A certificate is issued before it expires.
      const last = expiresBefore !== undefined && expiresBefore < now ? expiresBefore : now;
      return monthsDownFrom(last).map(month => ({ kind: "month", tenant: source.tenant, month }));
    }
    case "lot": {
      const blocks = await registry.readLotBlocks(source.tenant, source.lot);
      // The block's slots are the lot's alone; those from `next` on were never handed out.
      return blocks.flatMap(block => pagesBetween(block.authorityId, block.first, block.next));
    }
    case "authority": {
      const authorities = await registry.listAuthorities();
      const authority = authorities.find(({ id }) => id === source.authorityId);
      if (authority === undefined || !isManaged(authority)) return [];
      return pagesBetween(authority.id, 0, authority.nextSlot);
    }
  }
}

export function labelOf(segment: Segment): string {
  switch (segment.kind) {
    case "holder":
      return "holder";
    case "month":
      return segment.month;
    case "page":
      // Two small blocks of a lot may lie in one page.
      return `${pageKey(segment.authorityId, segment.page)}.${segment.first}`;
  }
}

/** Months such as `2026-03`, the newest first. */
export function monthsDownFrom(last: Date): readonly string[] {
  const months: string[] = [];
  let year = last.getUTCFullYear();
  let month = last.getUTCMonth() + 1;
  for (;;) {
    const text = `${year}-${String(month).padStart(2, "0")}`;
    if (text < firstMonth) return months;
    months.push(text);
    year -= month === 1 ? 1 : 0;
    month = month === 1 ? 12 : month - 1;
  }
}

/** The pages of the slots from `first` to just before `end`. */
function pagesBetween(authorityId: string, first: number, end: number): readonly Segment[] {
  const pages: Segment[] = [];
  for (let page = Math.floor(first / pageSize); page * pageSize < end; page += 1) {
    const start = page * pageSize;
    pages.push({
      kind: "page",
      authorityId,
      page,
      first: Math.max(first - start, 0),
      last: Math.min(end - start, pageSize) - 1,
    });
  }
  return pages;
}
