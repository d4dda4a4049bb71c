// GuardDuty's findings. They name no certificate; but a role session that a certificate was traded for carries its name:
// IAM Roles Anywhere calls the session after the serial, AWS IoT's credential provider after the SHA-256 of the DER.
// https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
import * as z from "zod";
import type { SecurityFinding } from "../finding.ts";
import type { BusEvent } from "./report.ts";

export const guardDutySource = "aws.guardduty";
export const guardDutyDetailType = "GuardDuty Finding";

/** Of the format only what is looked at. */
export const guardDutyDetailSchema = z.object({
  schemaVersion: z.string().regex(/^2\./),
  id: z.string().min(1).max(256),
  type: z.string().min(1).max(256),
  title: z.string().max(512).optional(),
  severity: z.number().min(0).max(10),
  updatedAt: z.iso.datetime({ offset: true }).transform(text => new Date(text)),
  resource: z.object({
    resourceType: z.string(),
    accessKeyDetails: z.object({ principalId: z.string().max(256), userType: z.string() }).optional(),
  }),
  service: z.object({ archived: z.boolean().optional() }).optional(),
});
export type GuardDutyDetail = z.infer<typeof guardDutyDetailSchema>;

const sha256 = /^[0-9a-f]{64}$/;
/** Shorter than what a CA draws, a name is more likely a number of somebody's. */
const serial = /^[0-9a-f]{16,40}$/i;

/** Undefined for what is about no certificate: almost everything that GuardDuty finds. */
export function findingOfGuardDuty(event: BusEvent, finding: GuardDutyDetail): SecurityFinding | undefined {
  const session = finding.resource.accessKeyDetails;
  if (session?.userType !== "AssumedRole") return undefined;
  // `<the role's own id>:<the session's name>`
  const name = session.principalId.slice(session.principalId.indexOf(":") + 1);
  const selector = sha256.test(name) ? { sha256: name } : serial.test(name) ? { serial: name } : undefined;
  if (selector === undefined) return undefined;
  return {
    source: "guardduty",
    sender: event.source,
    account: event.account,
    id: finding.id,
    at: finding.updatedAt,
    isClosed: finding.service?.archived === true,
    type: finding.type,
    severity: finding.severity,
    selector,
    lineage: false,
    // The session was misused: that the key is known to others is likely, and not said.
    reason: "unspecified",
    note: finding.title?.slice(0, 500),
    actor: `event:${event.source}:${event.id}`,
  };
}
