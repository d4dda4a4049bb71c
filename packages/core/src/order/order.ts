// An order: a state laid by one row over a range of slots, or over single slots of one page. A lot of 250,000 is refused
// once its order's pages are written; the rows of its certificates follow in the background. It never hides an earlier
// individual revocation, and lifting it uncovers exactly what was there before.
import type { RevocationReason } from "#core/certificate/certificate.ts";
import { hasBit } from "#core/plan/selection.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageKey, pageOf, type Slot } from "#core/slot-page/slot.ts";
import type { SlotBitmap } from "./slot-bitmap.ts";

export const orderStates = ["revoked", "held", "lifted"] as const;
export type OrderState = (typeof orderStates)[number];

export type Order = {
  /** Derived from what was ordered by whom, so that a repeated event is the same order. */
  readonly id: string;
  readonly authorityId: string;
  readonly first: Slot;
  /** Included. */
  readonly last: Slot;
  /** Only these of its slots. The range is then one whole page. */
  readonly slots?: SlotBitmap;
  readonly state: OrderState;
  readonly actor: string;
  readonly at: Date;
  /** The revocation plan that it carries out. */
  readonly planId?: string;
};

/** An order over single slots of one page. */
export type SlotOrder = Order & { readonly slots: SlotBitmap };

export function isSlotOrder(order: Order): order is SlotOrder {
  return order.slots !== undefined;
}

/** Why, for the certificates that follow. */
export type OrderCause = {
  readonly reason: RevocationReason;
  /** Of the report. */
  readonly requestId: string;
  readonly note?: string;
};

/** From → to. A revoking order is as terminal as a revoked certificate; only a hold can be lifted. */
export const orderTransitions = {
  held: ["revoked", "lifted"],
  lifted: ["revoked"],
  revoked: [],
} as const satisfies Record<OrderState, readonly OrderState[]>;

/** The states from which `to` may be reached; the condition of the write that changes an order. */
export function orderStatesBefore(to: OrderState): readonly OrderState[] {
  return orderStates.filter(from => (orderTransitions[from] as readonly OrderState[]).includes(to));
}

/** The keys of all pages that the order touches. */
export function pagesOfOrder({
  authorityId,
  first,
  last,
}: Pick<Order, "authorityId" | "first" | "last">): readonly string[] {
  const from = pageOf(first);
  return Array.from({ length: pageOf(last) - from + 1 }, (_, index) => pageKey(authorityId, from + index));
}

/** Whether the order refuses `slot` now. */
export function refuses(order: Pick<Order, "first" | "last" | "slots" | "state">, slot: number): boolean {
  return order.state !== "lifted" && covers(order, slot);
}

/** Whether `slot` is one of the order's, whatever the order's state. */
export function covers(
  { first, last, slots }: Pick<Order, "first" | "last" | "slots">,
  slot: number,
): boolean {
  return first <= slot && slot <= last && (slots === undefined || hasBit(slots, slot % pageSize));
}
