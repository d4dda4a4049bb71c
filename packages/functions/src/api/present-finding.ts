// What a reconciliation with a CA and its findings look like in answers.
import { isoSeconds } from "#core/event/outgoing.ts";
import type { JudgedFinding } from "#core/reconciliation/finding.ts";
import type { Progress } from "#core/reconciliation/ports.ts";
import type { ReconciliationBody } from "../contract/get-reconciliation.ts";

export function presentProgress({ reportId, judgedUntil, fullPassAt }: Progress) {
  return { report: reportId, judgedUntil: isoSeconds(judgedUntil), fullPassAt: isoSeconds(fullPassAt) };
}

export function presentFinding({
  id,
  foundAt,
  reportId,
  notAfter,
  ...rest
}: JudgedFinding): ReconciliationBody["findings"][number] {
  return {
    ...rest,
    certificate: id,
    foundAt: isoSeconds(foundAt),
    report: reportId,
    notAfter: isoSeconds(notAfter),
  };
}
