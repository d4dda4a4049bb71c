// `Certificate Compromise Reported` as a finding: its sender has judged, and says what is to be refused.
import type { CompromiseReported } from "#core/event/compromise-reported.ts";
import type { SecurityFinding } from "../finding.ts";

/** Of the envelope that EventBridge puts around it. */
export type BusEvent = {
  readonly id: string;
  readonly source: string;
  readonly account: string;
  readonly time: Date;
};

export function findingOfReport(event: BusEvent, report: CompromiseReported): SecurityFinding {
  const { certificate, reason, lineage, note } = report;
  return {
    source: "report",
    sender: event.source,
    account: event.account,
    id: event.id,
    at: event.time,
    isClosed: false,
    type: "compromise",
    severity: 10,
    selector: certificate,
    lineage,
    reason,
    note,
    actor: `event:${event.source}:${event.id}`,
  };
}
