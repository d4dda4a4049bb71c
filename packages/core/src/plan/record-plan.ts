// The first step of a plan's work: its parts become orders and rows of revoked serials, or its authority's row changes.
// Each transaction holds a checkpoint, so nothing is written twice and nothing is left out.
import { lastSlot, type SlotBlock } from "#core/authority/block.ts";
import { fail } from "#core/error.ts";
import { endLot, orderBlocks } from "#core/revocation/revoke-lot.ts";
import type { RevokedSerial } from "#core/revocation/revoked-serial.ts";
import { severalAtOnce } from "#core/several-at-once.ts";
import type { ApplyDeps } from "./apply-ports.ts";
import { changeAuthority, giveUp } from "./change-authority.ts";
import { endOfRecording, recorded } from "./end-of-recording.ts";
import type { Plan } from "./plan.ts";
import { isSlotPart, keysOfPart, orderFor, type PlanPart, type PlanWork, partsOf } from "./plan-work.ts";
import type { PlannedRange, Selection } from "./selection.ts";

/** TransactWriteItems takes 100: beside these the checkpoint, the plan, audit and event. */
const partsAtOnce = 95;
const lotsAtOnce = 8;

/** Until all of it is recorded or `mayGoOn` says no. Undefined when somebody else is at it. */
export async function recordPlan(
  deps: ApplyDeps,
  begun: PlanWork,
  mayGoOn: () => boolean,
): Promise<PlanWork | undefined> {
  const { action, planId } = begun;
  if (action === "distrust" || action === "floor")
    return changeAuthority(deps, begun, await planOf(deps, begun));
  const selection = await deps.registry.readSelection(planId);
  // A serial at the edge is there or not: nobody could tell a hold from a revocation, and take it back.
  if (action === "hold" && selection.serials.length > 0)
    return giveUp(deps, begun, "certificates of an authority without slots cannot be held");
  if (begun.parts === 0) await endLots(deps, begun, selection);
  const parts = partsOf(selection);
  let work: PlanWork | undefined = begun;
  while (work?.step === "record" && mayGoOn()) work = await recordParts(deps, work, parts);
  return work;
}

async function recordParts(
  deps: ApplyDeps,
  work: PlanWork,
  all: readonly PlanPart[],
): Promise<PlanWork | undefined> {
  const parts = all.slice(work.parts, work.parts + partsAtOnce);
  const isLast = work.parts + parts.length === all.length;
  const orders = await Promise.all(parts.filter(isSlotPart).map(part => orderFor(work, part)));
  const serials = await newSerials(deps, work, parts);
  const at = deps.now();
  const counted = {
    ...work,
    parts: work.parts + parts.length,
    orders: work.orders + orders.length,
    keys: work.keys + parts.reduce((sum, part) => sum + keysOfPart(part), 0),
    // What has no row of its own has followed once its serial is recorded.
    followed: work.followed + parts.filter(({ kind }) => kind === "serial").length,
  };
  return deps.registry.saveWork(isLast ? recorded(counted, at) : counted, {
    orders,
    serials,
    ...(isLast ? endOfRecording(work, at) : {}),
  });
}

/** A serial that a report has named stays that report's. */
async function newSerials(
  deps: ApplyDeps,
  { planId, reason, actor, at }: PlanWork,
  parts: readonly PlanPart[],
): Promise<readonly RevokedSerial[]> {
  const wanted = parts.filter(part => part.kind === "serial");
  if (wanted.length === 0) return [];
  const reported = await deps.registry.readReported(wanted);
  const isNew = (one: { authorityId: string; serial: string }): boolean =>
    !reported.some(({ authorityId, serial }) => authorityId === one.authorityId && serial === one.serial);
  return wanted.filter(isNew).map(({ authorityId, serial }) => ({
    authorityId,
    serial,
    reason,
    actor,
    source: "report",
    revokedAt: at,
    planId,
  }));
}

/**
 * Lots that are revoked take nobody any more. A block that one of them got after the plan was checked belongs to it as
 * much as the others, so it gets an order of its own.
 */
async function endLots(deps: ApplyDeps, work: PlanWork, { ranges }: Selection): Promise<void> {
  if (work.action !== "revoke") return;
  const { selector } = await planOf(deps, work);
  if (selector.kind !== "lots") return;
  const { planId, reason, note, actor, requestId } = work;
  await severalAtOnce(selector.lots, lotsAtOnce, async lot => {
    const because = { plan: planId };
    const report = { tenant: selector.tenant, lot, reason, note, actor, requestId, because };
    const { blocks, revocation } = await endLot(deps, report);
    const late = blocks.filter(block => !ranges.some(range => isWithin(block, range)));
    await orderBlocks(deps, report, revocation, late);
  });
}

function isWithin(block: SlotBlock, { authorityId, first, last }: PlannedRange): boolean {
  return authorityId === block.authorityId && first <= block.first && lastSlot(block) <= last;
}

async function planOf(deps: ApplyDeps, { planId }: PlanWork): Promise<Plan> {
  return (await deps.registry.readPlan(planId)) ?? fail("resource.not_found", { kind: "plan" });
}
