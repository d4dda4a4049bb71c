// An enrolment whose authority issues no more, and of which the CA holds nothing: it goes on under the next authority,
// with a slot of that one's. So a used-up CA stops at once and nothing that was accepted is lost (threat C6).
import type { ManagedAuthority } from "#core/authority/authority.ts";
import { isAppError } from "#core/error.ts";
import { type IssueWatch, purposeOf } from "#core/issuance/ports.ts";
import type { EnrolmentRegistry, RecordedEnrolment, SlotSource } from "./ports.ts";

export type MoveDeps = {
  readonly registry: EnrolmentRegistry;
  readonly slots: SlotSource;
  readonly watch: IssueWatch;
  readonly now: () => Date;
};

/** Refuses with `ca.exhausted` or `authority.unavailable` while no other authority issues; nothing changes then. */
export async function moveToIssuing(
  deps: MoveDeps,
  enrolment: RecordedEnrolment,
  requestId: string,
): Promise<RecordedEnrolment> {
  const { id, tenant, lot, actor, notAfter } = enrolment;
  const audit = { subject: id, actor, requestId, at: deps.now() } as const;
  try {
    const taken = await deps.slots.take({
      tenant,
      lot,
      purpose: purposeOf(enrolment),
      validUntil: notAfter,
    });
    const { authority, slot } = taken;
    const moved = await deps.registry.recordMoved(
      enrolment,
      // The shorter life is the honest one, as with a new enrolment.
      {
        authorityId: authority.id,
        slot,
        notAfter: notAfter < authority.notAfter ? notAfter : authority.notAfter,
      },
      { ...audit, action: "enrolment.moved", facts: { from: enrolment.authorityId, to: authority.id } },
    );
    if (!moved.isMine) taken.giveBack();
    return moved.enrolment;
  } catch (error) {
    if (!isAppError(error, "lot.revoked")) throw error;
    const facts = { reason: "its lot was revoked" };
    return deps.registry.recordFailed(enrolment, { ...audit, action: "enrolment.failed", facts }, false);
  }
}

/** Once per authority: whoever hears of it first records it, and from then on nobody asks that CA. */
export async function recordUsedUp(
  deps: MoveDeps,
  authority: ManagedAuthority,
  { actor }: RecordedEnrolment,
  requestId: string,
): Promise<void> {
  const isFirst = await deps.slots.recordExhausted(authority, {
    subject: authority.id,
    action: "authority.exhausted",
    actor,
    requestId,
    at: deps.now(),
    facts: { caArn: authority.caArn },
  });
  if (isFirst) deps.watch.authorityExhausted(authority.id);
}
