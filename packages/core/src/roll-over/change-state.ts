// One step of a roll-over, forward or back: refused while anything stands against it. The record is all there is to it:
// the table's stream takes it to the edge, and the event to the trust store.
import type { Authority } from "#core/authority/authority.ts";
import { isManaged } from "#core/authority/authority.ts";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { authorityStateChanged } from "#core/event/authority-state-changed.ts";
import { type JobRequests, startJob } from "#core/job/request-job.ts";
import { type AuthorityChange, leadsFrom, targets } from "./changes.ts";
import { interlocks, type RollOverFacts } from "./interlocks.ts";
import type { RollOverRegistry } from "./ports.ts";

export type ChangeStateDeps = {
  readonly registry: RollOverRegistry;
  readonly jobs: JobRequests;
  readonly now: () => Date;
};

export type ChangeStateInput = {
  readonly caller: Caller;
  readonly id: string;
  readonly change: AuthorityChange;
  /** Goes on against what may be forced. */
  readonly forcedBecause?: string | undefined;
  readonly requestId: string;
};

/**
 * A change to the state that it is in changes nothing; `prepare` then asks for another rehearsal. Refuses with
 * `caller.forbidden`, `resource.not_found`, `authority.wrong_state`, `authority.interlocked` (all findings) and
 * `registry.busy`.
 */
export async function changeState(deps: ChangeStateDeps, input: ChangeStateInput): Promise<Authority> {
  const { caller, id, change, forcedBecause, requestId } = input;
  requireScope(caller, "authorities:write");
  const authorities = await deps.registry.listAuthorities();
  const authority = authorities.find(candidate => candidate.id === id);
  if (authority === undefined) return fail("resource.not_found", { kind: "authority" });
  const actor = actorOf(caller);
  const to = targets[change];
  if (authority.state === to) {
    if (change === "prepare") await startJob(deps, "rehearse-authorities", { actor, requestId });
    return authority;
  }
  if (!leadsFrom(change, authority.state)) {
    fail("authority.wrong_state", { authorityId: id, state: authority.state });
  }
  const against = interlocks(authority, change, await gather(deps, authority, change, authorities));
  const unforced = against.filter(({ mayBeForced }) => !mayBeForced || forcedBecause === undefined);
  if (unforced.length > 0) fail("authority.interlocked", { findings: against.map(({ finding }) => finding) });
  const at = deps.now();
  const forced = against.length > 0 ? forcedBecause : undefined;
  const audit = {
    subject: id,
    action: "authority.state_changed",
    actor,
    requestId,
    at,
    facts: {
      from: authority.state,
      to,
      ...(forced === undefined
        ? {}
        : { forcedBecause: forced, against: against.map(({ finding }) => finding.code).join(" ") }),
    },
  } as const;
  const event = authorityStateChanged(authority, {
    from: authority.state,
    to,
    forcedBecause: forced,
    actor,
    at,
  });
  if (!(await deps.registry.recordState(authority, to, at, audit, event))) {
    fail("registry.busy", { retryAfterSeconds: 1 });
  }
  return { ...authority, state: to };
}

export async function gather(
  { registry, now }: Pick<ChangeStateDeps, "registry" | "now">,
  authority: Authority,
  change: AuthorityChange,
  authorities: readonly Authority[],
): Promise<RollOverFacts> {
  const trustStore = await registry.readTrustStore();
  const facts = { authorities, trustStore, now: now() };
  if (change !== "retire" || !isManaged(authority)) return facts;
  const [liveCertificate, openEnrolment] = await Promise.all([
    registry.findLiveCertificate(authority, now()),
    registry.findOpenEnrolment(authority.id),
  ]);
  return { ...facts, liveCertificate, openEnrolment };
}
