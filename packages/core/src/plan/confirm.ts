// `recorded → published → effective`: when the store was seen to hold what a plan has ordered, and when every edge is
// taken to have it.
import { revocationEffective } from "#core/event/revocation-effective.ts";
import { propagationAllowanceMs } from "#core/publication/refusal-at-edge.ts";
import type { AdvanceDeps } from "./apply-ports.ts";
import { isAtTheEdge } from "./at-the-edge.ts";
import type { PlanWork } from "./plan-work.ts";

/** The publisher is awake within a second of a commit: so long it is waited for, a little at a time. */
const patienceMs = 10_000;
const lookEveryMs = 500;
const mostLooks = patienceMs / lookEveryMs;

/** Undefined when somebody else has moved the work on. Refuses with `edge_store.unavailable`. */
export async function confirm(deps: AdvanceDeps, work: PlanWork): Promise<PlanWork | undefined> {
  const published = work.publishedAt === undefined ? await confirmPublished(deps, work) : work;
  return published === undefined ? undefined : confirmEffective(deps, published);
}

async function confirmPublished(deps: AdvanceDeps, work: PlanWork): Promise<PlanWork | undefined> {
  const { recordedAt } = work;
  if (recordedAt === undefined) return work;
  for (let looks = 1; !(await isAtTheEdge(deps, work)); looks += 1) {
    // The job comes back each minute; what is late by then, the reconciler repairs.
    if (looks >= mostLooks || deps.now().getTime() - recordedAt.getTime() >= patienceMs) return work;
    await deps.wait(lookEveryMs);
  }
  return deps.registry.saveWork({ ...work, publishedAt: deps.now() }, {});
}

/** Between other work: one look, without waiting. */
export async function confirmMeanwhile(deps: AdvanceDeps, work: PlanWork): Promise<PlanWork | undefined> {
  if (work.publishedAt !== undefined) return confirmEffective(deps, work);
  if (!(await isAtTheEdge(deps, work))) return work;
  return deps.registry.saveWork({ ...work, publishedAt: deps.now() }, {});
}

/** Told once, in the transaction that says that it was told. */
async function confirmEffective(deps: AdvanceDeps, work: PlanWork): Promise<PlanWork | undefined> {
  const at = effectiveAt(work);
  if (at === undefined || work.effectiveAt !== undefined || deps.now() < at) return work;
  const effective = { ...work, effectiveAt: at };
  return deps.registry.saveWork(effective, { events: [revocationEffective(effective, at)] });
}

/** Undefined before it is published. */
export function effectiveAt({ publishedAt }: Pick<PlanWork, "publishedAt">): Date | undefined {
  return publishedAt === undefined ? undefined : new Date(publishedAt.getTime() + propagationAllowanceMs);
}
