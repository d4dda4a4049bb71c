// Brings the certificates under a revoking plan after it: part by part, page by page, with a checkpoint each. As with a
// lot's orders the walk is repeated until enrolments under way and the index have settled.
import { followPage, settleMs } from "#core/order/follow-order.ts";
import { pageOf } from "#core/slot-page/slot.ts";
import type { AdvanceDeps } from "./apply-ports.ts";
import { confirmMeanwhile } from "./confirm.ts";
import { isSlotPart, orderFor, type PlanPart, type PlanWork, partsOf, type SlotPart } from "./plan-work.ts";

export type FollowRun = { readonly certificates: number; readonly mayGoOn: () => boolean };

export type Followed = {
  /** Undefined when somebody else has moved the work on. */
  readonly work: PlanWork | undefined;
  readonly revoked: number;
  readonly isStopped: boolean;
};

export async function followPlan(deps: AdvanceDeps, begun: PlanWork, run: FollowRun): Promise<Followed> {
  const parts = partsOf(await deps.registry.readSelection(begun.planId));
  const taken = await deps.registry.saveWork({ ...begun, dueAt: leaseEnd(deps) }, {});
  if (taken === undefined) return { work: undefined, revoked: 0, isStopped: false };
  let work = taken;
  let revoked = 0;
  for (let part = parts[work.parts]; part !== undefined; part = parts[work.parts]) {
    // Serials come last, and have no rows to follow.
    if (!isSlotPart(part)) break;
    // Pages without any certificate take time, too.
    if (!run.mayGoOn() || revoked >= run.certificates) return stop(deps, work, revoked);
    const left = run.certificates - revoked;
    const done = await followPart(deps, work, part, { ...run, certificates: Math.min(left, mostAtOnce) });
    revoked += done.revoked;
    if (done.work === undefined) return { work: undefined, revoked, isStopped: false };
    const told = await confirmMeanwhile(deps, done.work);
    if (told === undefined) return { work: undefined, revoked, isStopped: false };
    work = told;
  }
  return { work: await endOfRound(deps, work, parts), revoked, isStopped: false };
}

/** What is left is due at once. */
async function stop(deps: AdvanceDeps, work: PlanWork, revoked: number): Promise<Followed> {
  return { work: await deps.registry.saveWork({ ...work, dueAt: deps.now() }, {}), revoked, isStopped: true };
}

/** Certificates from one checkpoint to the next: a full page is read four or five times for it, and the count moves. */
const mostAtOnce = 1_000;

/** Renewed with each checkpoint, which may take a minute to come: until then no other run begins with the same. */
const leaseMs = 180_000;

function leaseEnd({ now }: Pick<AdvanceDeps, "now">): Date {
  return new Date(now().getTime() + leaseMs);
}

/** One page of the part, and a checkpoint. */
async function followPart(
  deps: AdvanceDeps,
  work: PlanWork,
  part: SlotPart,
  run: FollowRun,
): Promise<Pick<Followed, "work" | "revoked">> {
  const { page: _page, ...rest } = work;
  const onwards = { ...rest, parts: work.parts + 1 };
  const order = await orderFor(work, part);
  const page = work.page ?? pageOf(order.first);
  const { revoked, complete } = await followPage(deps, { ...work, order, page }, run);
  const followed = work.followed + revoked;
  const next = page < pageOf(order.last) ? { ...work, page: page + 1 } : onwards;
  const saved = await deps.registry.saveWork(
    { ...(complete ? next : { ...work, page }), followed, dueAt: leaseEnd(deps) },
    {},
  );
  return { work: saved, revoked };
}

/** Another round, or the end of following: the plan is done with once the edge was told to have it, too. */
async function endOfRound(
  deps: AdvanceDeps,
  work: PlanWork,
  parts: readonly PlanPart[],
): Promise<PlanWork | undefined> {
  const now = deps.now();
  const again = { ...work, parts: 0, dueAt: new Date(now.getTime() + settleMs) };
  if (work.quietAt !== undefined && work.effectiveAt !== undefined)
    return deps.registry.saveWork({ ...work, step: "done", followedAt: now, dueAt: undefined }, {});
  const settled = now.getTime() - (work.recordedAt ?? now).getTime() >= settleMs;
  const ranges = await Promise.all(
    parts.filter(part => part.kind === "range").map(part => orderFor(work, part)),
  );
  // A page's certificates had been issued when they were counted.
  const isQuiet = settled && (ranges.length === 0 || !(await deps.registry.hasOpenEnrolment(ranges)));
  return deps.registry.saveWork(isQuiet ? { ...again, quietAt: now } : again, {});
}
