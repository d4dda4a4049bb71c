// The orders over many pages, in few reads: those over ranges once per authority, those over single slots once per run of
// neighbouring pages.
import type { Order } from "#core/order/order.ts";
import { severalAtOnce } from "#core/several-at-once.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { parsePageKey } from "#core/slot-page/parse-page-key.ts";
import { pageOf } from "#core/slot-page/slot.ts";
import type { PublicationRegistry } from "./ports.ts";

/** Pages not asked for cost a kilobyte each where they have orders; a query of their own costs more than a few of them. */
const widestGap = 8;
const readsAtOnce = 16;

export type OrdersOf = (authorityId: string, page: number) => readonly Order[];

/** `pages`: page keys, in any order. */
export async function readOrdersOver(
  registry: Pick<PublicationRegistry, "readOrders" | "readSlotOrders">,
  pages: readonly string[],
): Promise<OrdersOf> {
  const byAuthority = Map.groupBy(pages.map(parsePageKey), ({ authorityId }) => authorityId);
  const found = new Map<string, { ranges: readonly Order[]; slots: ReadonlyMap<number, readonly Order[]> }>();
  const reads = [...byAuthority].map(async ([id, wanted]) => {
    const runs = runsOf(wanted.map(({ page }) => page));
    const lowest = runs[0]?.from ?? 0;
    const [ranges, slots] = await Promise.all([
      registry.readOrders(id, lowest * pageSize),
      severalAtOnce(runs, readsAtOnce, ({ from, to }) => registry.readSlotOrders(id, from, to)),
    ]);
    found.set(id, { ranges, slots: Map.groupBy(slots.flat(), ({ first }) => pageOf(first)) });
  });
  await Promise.all(reads);
  return (authorityId, page) => {
    const orders = found.get(authorityId);
    return [...(orders?.ranges ?? []), ...(orders?.slots.get(page) ?? [])];
  };
}

type Run = { readonly from: number; readonly to: number };

function runsOf(pages: readonly number[]): readonly Run[] {
  const runs: Run[] = [];
  for (const page of pages.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && page - last.to <= widestGap) runs[runs.length - 1] = { ...last, to: page };
    else runs.push({ from: page, to: page });
  }
  return runs;
}
