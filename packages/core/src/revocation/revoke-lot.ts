// Revoke a whole lot: one order for each of its blocks, whatever the number of its certificates. The edge refuses the
// lot once the orders' pages are written; the certificates' own rows follow in the background (`follow-order.ts`).
import type { AuditRecord } from "#core/audit.ts";
import { lastSlot, type SlotBlock } from "#core/authority/block.ts";
import { isKnown, type Lot } from "#core/authority/lot.ts";
import type { Revocation, RevocationReason } from "#core/certificate/certificate.ts";
import { fail } from "#core/error.ts";
import type { Order, OrderCause } from "#core/order/order.ts";
import { sha256Fields } from "#core/sha256.ts";

export type LotRevocationRegistry = {
  /** Strongly consistent. */
  readonly readLot: (tenant: string, lot: string) => Promise<Lot>;
  /** Ends enrolment into the lot. False when it has got another block since it was read, or was revoked meanwhile. */
  readonly recordLotRevoked: (lot: Lot, revocation: Revocation, audit: AuditRecord) => Promise<boolean>;
  /** One transaction: the order, the task of following it, audit. `already` when it stands. */
  readonly recordOrder: (
    order: Order,
    cause: OrderCause,
    audit: AuditRecord,
  ) => Promise<"recorded" | "already">;
};

export type LotReport = {
  readonly tenant: string;
  readonly lot: string;
  readonly reason: RevocationReason;
  readonly note: string | undefined;
  readonly actor: string;
  readonly requestId: string;
  /** What else its audit records say: the rule and the finding, if it comes of one. */
  readonly because?: Readonly<Record<string, string>>;
};

type LotRevocationDeps = { readonly registry: LotRevocationRegistry; readonly now: () => Date };

export type RevokeLotResult = { readonly orders: readonly string[]; readonly already: readonly string[] };

/** The lot gets another block about once in 4,096 certificates: losing to one five times in a row is a fault. */
const mostAttempts = 5;

/**
 * Safe to repeat: what a crash has left out is made up for. A lot that was only announced is ended before it begins.
 * Refuses with `resource.not_found` for a lot that nobody has heard of, and with `registry.busy`.
 */
export async function revokeLot(deps: LotRevocationDeps, report: LotReport): Promise<RevokeLotResult> {
  // First no block more, then an order for each there is: no block can slip in between.
  const { blocks, revocation } = await endLot(deps, report);
  return orderBlocks(deps, report, revocation, blocks);
}

/** An order over each of `blocks`, which belong to the lot that `revocation` has ended. */
export async function orderBlocks(
  deps: LotRevocationDeps,
  report: LotReport,
  revocation: Revocation,
  blocks: readonly SlotBlock[],
): Promise<RevokeLotResult> {
  const orders: string[] = [];
  const already: string[] = [];
  for (const block of blocks) {
    const order = await orderFor(report, block, revocation);
    const cause = {
      reason: revocation.reason,
      requestId: report.requestId,
      ...(report.note === undefined ? {} : { note: report.note }),
    };
    const outcome = await deps.registry.recordOrder(order, cause, {
      subject: order.id,
      action: "order.recorded",
      actor: report.actor,
      requestId: report.requestId,
      at: deps.now(),
      facts: { ...factsOf(report), first: String(order.first), last: String(order.last) },
    });
    (outcome === "recorded" ? orders : already).push(order.id);
  }
  return { orders, already };
}

/** Nobody is enrolled into the lot from then on, and it gets no further block: those in the answer are all. */
export async function endLot(
  deps: LotRevocationDeps,
  report: LotReport,
): Promise<Lot & { readonly revocation: Revocation }> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const lot = await deps.registry.readLot(report.tenant, report.lot);
    if (!isKnown(lot)) fail("resource.not_found", { kind: "lot" });
    // Revoked before, perhaps by a run that got no further: its reason and time stand.
    if (lot.revocation !== undefined) return { ...lot, revocation: lot.revocation };
    const revocation = { reason: report.reason, revokedAt: deps.now(), actor: report.actor };
    const ended = await deps.registry.recordLotRevoked(lot, revocation, {
      subject: `${report.tenant}/${report.lot}`,
      action: "lot.revoked",
      actor: report.actor,
      requestId: report.requestId,
      at: revocation.revokedAt,
      facts: factsOf(report),
    });
    if (ended) return { ...lot, revocation };
  }
  return fail("registry.busy", { retryAfterSeconds: 1 });
}

async function orderFor(
  { tenant, lot }: LotReport,
  block: SlotBlock,
  { actor, revokedAt }: Revocation,
): Promise<Order> {
  const { authorityId, first } = block;
  // Made of what is ordered: whoever reports the lot again means the same order.
  const digest = await sha256Fields("lot", tenant, lot, authorityId, String(first));
  return {
    id: `ord_${digest.slice(0, 32)}`,
    authorityId,
    first,
    last: lastSlot(block),
    state: "revoked",
    actor,
    at: revokedAt,
  };
}

function factsOf({ tenant, lot, reason, note, because }: LotReport): Readonly<Record<string, string>> {
  return { ...because, tenant, lot, reason, ...(note === undefined ? {} : { note }) };
}
