// What a sweep records for a certificate that something was due for: its next state, what was announced, and when
// something is due for it again, in one transaction with the audit and the events.
import type { AuditRecord } from "#core/audit.ts";
import type { Announced, Certificate } from "#core/certificate/certificate.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import { certificateExpiring, certificateRenewalDue } from "#core/event/renewal-events.ts";
import type { Due, Notice } from "./due.ts";

export type DueChange = {
  /** As it was read: the write expects its version. */
  readonly certificate: Certificate;
  readonly at: Date;
  readonly state?: "expired";
  readonly announced?: Announced;
  /** Undefined: it leaves the index of what is due. */
  readonly nextAt: Date | undefined;
  readonly audits: readonly AuditRecord[];
  readonly events: readonly OutgoingEvent[];
};

type Run = { readonly actor: string; readonly requestId: string; readonly now: Date };

export function changeFor(
  certificate: Certificate,
  due: Exclude<Due, { kind: "retire" | "resume" }>,
  run: Run,
): DueChange {
  const change = { certificate, at: run.now, audits: [], events: [] };
  switch (due.kind) {
    case "over":
      return { ...change, nextAt: undefined };
    case "later":
      return { ...change, nextAt: due.nextAt };
    case "expire": {
      const facts = { notAfter: certificate.notAfter.toISOString() };
      const audit = auditOf(certificate, "certificate.expired", facts, run);
      return { ...change, state: "expired", nextAt: undefined, audits: [audit] };
    }
    case "notify":
      return {
        ...change,
        announced: due.announced,
        nextAt: due.nextAt,
        audits: due.notices.map(notice => auditOfNotice(certificate, notice, run)),
        events: due.notices.map(notice => eventOf(certificate, notice)),
      };
  }
}

function eventOf(certificate: Certificate, notice: Notice): OutgoingEvent {
  return notice.kind === "renewal_due"
    ? certificateRenewalDue(certificate, notice.window)
    : certificateExpiring(certificate, notice.expiresWithinDays, notice.successor);
}

function auditOfNotice(certificate: Certificate, notice: Notice, run: Run): AuditRecord {
  if (notice.kind === "renewal_due") {
    const { start, end } = notice.window;
    const facts = { windowStart: start.toISOString(), windowEnd: end.toISOString() };
    return auditOf(certificate, "certificate.renewal_due", facts, run);
  }
  const { expiresWithinDays, successor } = notice;
  const facts = {
    expiresWithinDays: String(expiresWithinDays),
    ...(successor === undefined ? {} : { successor: successor.id }),
  };
  return auditOf(certificate, "certificate.expiring", facts, run);
}

function auditOf(
  { id, tenant }: Certificate,
  action: AuditRecord["action"],
  facts: AuditRecord["facts"],
  { actor, requestId, now }: Run,
): AuditRecord {
  return { subject: id, action, actor, tenant, requestId, at: now, facts };
}

/** TransactWriteItems takes 100 items: a certificate's row, and its audit records and events. */
const itemsAtOnce = 100;

/** Groups that one transaction each can hold. */
export function inTransactions(changes: readonly DueChange[]): readonly (readonly DueChange[])[] {
  const groups: DueChange[][] = [];
  let items = Number.POSITIVE_INFINITY;
  for (const change of changes) {
    const size = 1 + change.audits.length + change.events.length;
    if (items + size > itemsAtOnce) {
      groups.push([]);
      items = 0;
    }
    groups.at(-1)?.push(change);
    items += size;
  }
  return groups;
}
