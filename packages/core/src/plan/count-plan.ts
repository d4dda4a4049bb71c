// Counts a plan: finds its certificates, writes down which slots they have, and settles the hash under which they may be
// refused. It goes on from its last checkpoint; run it twice or kill it anywhere, and nothing is lost or applied.
import { isManaged } from "#core/authority/authority.ts";
import { lastSlot } from "#core/authority/block.ts";
import { revocationAwaitingApproval } from "#core/event/awaiting-approval.ts";
import { approvalNeeded } from "./approval.ts";
import { countsOf, isOpenTo, nameOwner, type PlanCounts } from "./counts.ts";
import { examine, examinesAll, type Sample, weightOf } from "./examine.ts";
import { type CountingPlan, isCounting, type Plan } from "./plan.ts";
import { planAudit } from "./plan-audit.ts";
import { planHash } from "./plan-hash.ts";
import type { PlanDeps, PlanRegistry } from "./ports.ts";
import { findNamed, readStretch, segmentsOfPlan } from "./select-rows.ts";
import {
  addSlot,
  nothingSelected,
  type PageSet,
  type PlannedRange,
  type Selection,
  selectionOf,
} from "./selection.ts";
import { type CoveredRow, covers, selectorText } from "./selector.ts";

export type CountDeps = Pick<PlanDeps, "registry" | "now">;

export type CountTurn = { readonly requestId: string; readonly mayGoOn: () => boolean };

/** Between two checkpoints: what a killed run loses, and what is held in memory. */
const mostRows = 50_000;
const mostPages = 4_096;

/** A run that dies is taken over after this. None lives as long: the API's 29 s, and a checkpoint's work of the job. */
export const takeOverMs = 90_000;

/**
 * As far as `turn` allows: the answer is still counting when there is more to do, or when another run has overtaken
 * this one.
 */
export async function countPlan(deps: CountDeps, plan: CountingPlan, turn: CountTurn): Promise<Plan> {
  const { action, selector } = plan;
  if (action === "distrust" || action === "floor") return countAuthority(deps, plan, turn);
  const found = await findNamed(deps.registry, selector);
  if (found === undefined) return countWalk(deps, plan, turn);
  const pages: PageSet = new Map();
  await take(deps, plan, pages, found.certificates);
  return settle(deps, plan, turn, { ...selected(pages), serials: found.serials });
}

async function countWalk(deps: CountDeps, start: CountingPlan, turn: CountTurn): Promise<Plan> {
  const { registry } = deps;
  const segments = await segmentsOfPlan(registry, start.selector, start.createdAt);
  let plan = start;
  let pages: PageSet = new Map();
  let rowsSince = 0;
  for (;;) {
    const { rows, next } = await readStretch(registry, segments, plan.counting.place);
    rowsSince += rows.length;
    await take(deps, plan, pages, rows);
    if (next === undefined) return countOut(deps, plan, turn, pages);
    plan = { ...plan, counting: { ...plan.counting, place: next } };
    const isOver = !turn.mayGoOn();
    if (!isOver && rowsSince < mostRows && pages.size < mostPages) continue;
    const saved = await checkpoint(deps, plan, pages, isOver);
    if (saved === undefined || isOver) return saved ?? plan;
    plan = saved;
    pages = new Map();
    rowsSince = 0;
  }
}

/** Undefined when somebody else has moved it on. Whoever stops leaves it to the job at once. */
async function checkpoint(
  { registry, now }: CountDeps,
  plan: CountingPlan,
  pages: PageSet,
  isOver: boolean,
): Promise<CountingPlan | undefined> {
  // First what was found, then how far: a crash between the two only finds it again.
  await registry.saveDraft(plan, crypto.randomUUID().slice(0, 8), selected(pages));
  const dueAt = new Date(now().getTime() + (isOver ? 0 : takeOverMs));
  const saved = await registry.savePlan({ ...plan, counting: { ...plan.counting, dueAt } }, {});
  return saved !== undefined && isCounting(saved) ? saved : undefined;
}

async function countOut(deps: CountDeps, plan: CountingPlan, turn: CountTurn, pages: PageSet): Promise<Plan> {
  const { registry } = deps;
  const drafts = await registry.readDrafts(plan.id);
  const ranges = await rangesOf(registry, plan);
  return settle(deps, plan, turn, { ranges, pages: [...drafts.pages, ...pages.values()], serials: [] });
}

/** Counts rows, and puts the slots of those that would be refused into `pages`. */
async function take(
  { registry, now }: CountDeps,
  plan: CountingPlan,
  pages: PageSet,
  rows: readonly CoveredRow[],
): Promise<void> {
  const { action, selector, createdAt } = plan;
  const { tally } = plan.counting;
  tally.rowsRead += rows.length;
  const isAll = examinesAll(plan);
  const samples: Sample[] = [];
  for (const row of rows) {
    // The set is closed when the plan is made: what is issued later is not in it.
    if (!covers(selector, row) || createdAt < row.issuedAt) continue;
    tally.byState[row.state] += 1;
    if (!isOpenTo(action, row, createdAt)) continue;
    // Whole blocks stand for a lot's certificates.
    if (selector.kind !== "lots") addSlot(pages, row.authorityId, row.slot);
    nameOwner(tally, row);
    const weight = weightOf(tally.selected, isAll);
    if (weight !== undefined) samples.push({ row, weight });
    tally.selected += 1;
  }
  const examined = await examine(registry, plan, samples, now());
  tally.examined += samples.length;
  tally.seenLastDay += examined.seenLastDay;
  tally.holdersLeftWithNone += examined.holdersLeftWithNone;
  for (const successor of examined.successors) {
    if (!addSlot(pages, successor.authorityId, successor.slot)) continue;
    tally.byState[successor.state] += 1;
    nameOwner(tally, successor);
  }
}

/** All blocks of the lots as they are now: a block that is cut later makes it another set. */
export async function rangesOf(
  registry: Pick<PlanRegistry, "readLot">,
  { selector }: Pick<Plan, "selector">,
): Promise<readonly PlannedRange[]> {
  if (selector.kind !== "lots") return [];
  const lots = await Promise.all(selector.lots.map(lot => registry.readLot(selector.tenant, lot)));
  return lots.flatMap(({ blocks }) =>
    blocks.map(block => ({ authorityId: block.authorityId, first: block.first, last: lastSlot(block) })),
  );
}

/** One write refuses a whole authority, so nothing is walked; its slots say how many certificates there are at most. */
async function countAuthority(deps: CountDeps, plan: CountingPlan, turn: CountTurn): Promise<Plan> {
  const { selector } = plan;
  const authorities = await deps.registry.listAuthorities();
  const authority = authorities.find(
    ({ id }) => selector.kind === "authority" && id === selector.authorityId,
  );
  const isOurs = authority !== undefined && isManaged(authority);
  const certificates = isOurs ? authority.nextSlot - authority.firstLiveSlot : 0;
  return settle(deps, plan, turn, nothingSelected, { certificates, storeCalls: 1 });
}

async function settle(
  { registry, now }: CountDeps,
  { counting, ...plan }: CountingPlan,
  { requestId }: CountTurn,
  found: Selection,
  known: Partial<PlanCounts> = {},
): Promise<Plan> {
  await registry.writeSelection(plan, selectionOf(found));
  // As whoever applies it will read it: a run that died here may have left a page whose certificates are gone by now.
  const selection = await registry.readSelection(plan.id);
  const counts = { ...countsOf(counting.tally, selection, plan.action), ...known };
  const at = now();
  const hash = await planHash(plan, selection);
  const limits = await approvalNeeded(registry, plan, counting.tally, counts.certificates, at);
  const because = [...plan.approvalNeeded, ...limits];
  const state = because.length === 0 ? "ready" : "awaiting_approval";
  const counted: Plan = { ...plan, state, hash, counts, approvalNeeded: because };
  const facts = {
    state,
    hash,
    certificates: selectorText(plan.selector),
    count: String(counts.certificates),
  };
  const saved = await registry.savePlan(counted, {
    audit: planAudit(plan, { action: "plan.counted", actor: plan.author, requestId, at, facts }),
    ...(because.length === 0 ? {} : { event: revocationAwaitingApproval(counted) }),
  });
  // Somebody else has counted or cancelled it meanwhile.
  return saved ?? { ...plan, counting };
}

function selected(pages: PageSet): Selection {
  return { ...nothingSelected, pages: [...pages.values()] };
}
