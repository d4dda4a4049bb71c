// What has become of a finding, in a few numbers: for a log line and for an answer.
import type { ActResult } from "#core/automation/act-on-finding.ts";
import type { HandledOrder } from "#core/automation/handled-finding.ts";

export type FindingSummary =
  | { readonly outcome: "ignored"; readonly why: string }
  | {
      readonly outcome: "applied" | "awaiting_approval";
      readonly finding: string;
      readonly rule: string;
      readonly action: HandledOrder["action"];
      readonly certificates: number;
      readonly lots: number;
      readonly plans: readonly string[];
    };

export function summaryOf(result: ActResult): FindingSummary {
  if (result.kind === "ignored") return { outcome: "ignored", why: result.why };
  const { finding } = result;
  const { ruleId: rule, action } = finding.order;
  const shared = { finding: finding.id, rule, action };
  if (finding.state === "awaiting_approval") {
    return { outcome: finding.state, ...shared, certificates: 0, lots: 0, plans: finding.plans };
  }
  const { certificates, serials, lots } = finding.targets;
  return {
    outcome: "applied",
    ...shared,
    certificates: certificates.length + serials.length,
    lots: lots.length,
    plans: [],
  };
}
