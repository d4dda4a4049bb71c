// What a plan that is applied still has to do, and how far it has come: one row, changed only from the version that was
// read, so that any run may die anywhere and the next goes on.
import type { AuthorityState } from "#core/authority/authority.ts";
import type { RevocationReason } from "#core/certificate/certificate.ts";
import type { Order, OrderState } from "#core/order/order.ts";
import { sha256Fields } from "#core/sha256.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageOf, type Slot } from "#core/slot-page/slot.ts";
import type { PlanAction, PlanId } from "./plan.ts";
import type { PlannedPage, PlannedRange, PlannedSerial, Selection } from "./selection.ts";

/**
 * `record`: its orders are written. `follow`: the edge refuses by them, the certificates' rows come after. `stand`: all
 * is done that there is to do, and it can be lifted. `lift`: its orders are being lifted. `done`: nothing is left.
 */
export const workSteps = ["record", "follow", "stand", "lift", "done"] as const;
export type WorkStep = (typeof workSteps)[number];

export type PlanWork = {
  readonly planId: PlanId;
  readonly action: PlanAction;
  readonly reason: RevocationReason;
  readonly note?: string;
  /** Who applied it, on which request, and when: the moment of all its revocations. */
  readonly actor: string;
  readonly requestId: string;
  readonly at: Date;
  /** Of a hold: when it ends by itself. */
  readonly until?: Date;
  readonly step: WorkStep;
  /** How many of the plan's parts this step has done, and of the one after them the page that is next. */
  readonly parts: number;
  readonly page?: number;
  readonly orders: number;
  /** Of the edge store: pages, and keys of serials. */
  readonly keys: number;
  /** Certificates that the plan counted, and rows that have followed. */
  readonly certificates: number;
  readonly followed: number;
  /** When the last order was written; when the store was seen to hold all of them; when the edge was told to have them. */
  readonly recordedAt?: Date;
  readonly publishedAt?: Date;
  readonly effectiveAt?: Date;
  /** Set when no enrolment was open any more among its ranges: what was issued by then is all there will be. */
  readonly quietAt?: Date;
  readonly followedAt?: Date;
  readonly liftedAt?: Date;
  /** Of a distrust or a floor. */
  readonly authority?: AuthorityChange;
  /** When the job is to look at it; undefined: never again. */
  readonly dueAt: Date | undefined;
  readonly version: number;
};

export type AuthorityChange = {
  readonly id: string;
  readonly from: AuthorityStanding;
  readonly to: AuthorityStanding;
};

export type AuthorityStanding = {
  readonly state: AuthorityState;
  /** Epoch seconds. */
  readonly notBeforeFloor: number;
};

/** A plan's selection in pieces that are one order each, or one serial. */
export type PlanPart =
  | ({ readonly kind: "range" } & PlannedRange)
  | ({ readonly kind: "page" } & PlannedPage)
  | ({ readonly kind: "serial" } & PlannedSerial);
export type SlotPart = Extract<PlanPart, { readonly kind: "range" | "page" }>;

/** In the order of the selection, which is canonical: a checkpoint is a number. */
export function partsOf({ ranges, pages, serials }: Selection): readonly PlanPart[] {
  return [
    ...ranges.map(range => ({ kind: "range", ...range }) as const),
    ...pages.map(page => ({ kind: "page", ...page }) as const),
    ...serials.map(serial => ({ kind: "serial", ...serial }) as const),
  ];
}

export function isSlotPart(part: PlanPart): part is SlotPart {
  return part.kind !== "serial";
}

/** The order that carries out one part: derived from plan and place, so that it is the same however often it is made. */
export async function orderFor(work: PlanWork, part: SlotPart): Promise<Order> {
  const { authorityId } = part;
  const first = part.kind === "range" ? part.first : ((part.page * pageSize) as Slot); // A page's first slot is one.
  const last = part.kind === "range" ? part.last : ((first + pageSize - 1) as Slot);
  const digest = await sha256Fields("plan", work.planId, authorityId, String(first), part.kind);
  return {
    id: `ord_${digest.slice(0, 32)}`,
    authorityId,
    first,
    last,
    ...(part.kind === "page" ? { slots: part.slots } : {}),
    state: work.action === "hold" ? "held" : ("revoked" satisfies OrderState),
    actor: work.actor,
    at: work.at,
    planId: work.planId,
  };
}

/** Keys of the edge store that a part is about. */
export function keysOfPart(part: PlanPart): number {
  return part.kind === "range" ? pageOf(part.last) - pageOf(part.first) + 1 : 1;
}
