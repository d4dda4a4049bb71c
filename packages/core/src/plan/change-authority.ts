// Distrust and floor: one write of an authority's row refuses, at the edge, all of its certificates or all from before a
// moment. What the row said before is kept with the work, so that lifting the plan brings exactly that back.
import type { AuditRecord } from "#core/audit.ts";
import { type Authority, hasStanding } from "#core/authority/authority.ts";
import { fail } from "#core/error.ts";
import { authorityStateChanged } from "#core/event/authority-state-changed.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import type { ApplyDeps } from "./apply-ports.ts";
import { endOfRecording, recorded } from "./end-of-recording.ts";
import type { Plan } from "./plan.ts";
import type { AuthorityChange, PlanWork } from "./plan-work.ts";

/** Slots are handed out and pages provisioned meanwhile, but those writes leave alone what this one expects. */
const mostAttempts = 3;

/** Undefined when somebody else is at it. Refuses with `registry.busy`. */
export async function changeAuthority(
  deps: ApplyDeps,
  work: PlanWork,
  plan: Plan,
): Promise<PlanWork | undefined> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const at = deps.now();
    const authority = await authorityOf(deps, plan);
    if (authority === undefined) return giveUp(deps, work, "there is no such authority");
    const decided = decide(plan, authority);
    if ("because" in decided) return giveUp(deps, work, decided.because);
    const { events = [], ...end } = endOfRecording(work, at);
    const saved = await deps.registry.saveWork(
      { ...recorded(work, at), orders: 1, keys: 1, authority: decided },
      {
        ...end,
        authority: decided,
        audits: [auditOf(decided, work, at)],
        events: [...events, ...eventsOf(authority, decided, work.actor, at)],
      },
    );
    if (saved !== undefined) return saved;
    if ((await deps.registry.readWork(work.planId))?.version !== work.version) return undefined;
  }
  return fail("registry.busy", { retryAfterSeconds: 1 });
}

async function authorityOf(deps: ApplyDeps, { selector }: Plan): Promise<Authority | undefined> {
  if (selector.kind !== "authority") return undefined;
  return (await deps.registry.listAuthorities()).find(({ id }) => id === selector.authorityId);
}

/** Nothing to do is no success: lifting the plan must not open what others have shut. */
export function decide(
  { action, floorAt }: Pick<Plan, "action" | "floorAt">,
  authority: Authority,
): AuthorityChange | { readonly because: string } {
  const { id, state, notBeforeFloor } = authority;
  const from = { state, notBeforeFloor };
  if (!hasStanding(authority)) return { because: `the authority is ${state} already` };
  if (action === "distrust") return { id, from, to: { ...from, state: "distrusted" } };
  const floor = Math.floor((floorAt?.getTime() ?? 0) / 1_000);
  if (floor <= notBeforeFloor) return { because: "its floor is as late already" };
  return { id, from, to: { ...from, notBeforeFloor: floor } };
}

/** A floor is no state: only the audit tells of it. */
export function eventsOf(
  authority: Authority,
  { from, to }: AuthorityChange,
  actor: string,
  at: Date,
): readonly OutgoingEvent[] {
  if (from.state === to.state) return [];
  return [authorityStateChanged(authority, { from: from.state, to: to.state, actor, at })];
}

export function giveUp(deps: ApplyDeps, work: PlanWork, because: string): Promise<PlanWork | undefined> {
  const done = { ...work, step: "done", dueAt: undefined } as const;
  return deps.registry.saveWork(done, { plan: { state: "failed", because } });
}

export function auditOf(
  { id, from, to }: AuthorityChange,
  { planId, reason, actor, requestId }: Pick<PlanWork, "planId" | "reason" | "actor" | "requestId">,
  at: Date,
): AuditRecord {
  const isFloor = from.state === to.state;
  const [before, after] = isFloor
    ? [String(from.notBeforeFloor), String(to.notBeforeFloor)]
    : [from.state, to.state];
  return {
    subject: id,
    action: isFloor ? "authority.floor_moved" : "authority.state_changed",
    actor,
    requestId,
    at,
    facts: { from: before, to: after, reason, plan: planId },
  };
}
