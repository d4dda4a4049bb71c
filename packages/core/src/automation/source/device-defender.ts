// AWS IoT Device Defender's audit findings, as Security Hub carries them in the AWS Security Finding Format.
// https://docs.aws.amazon.com/iot-device-defender/latest/devguide/securityhub-integration.html
import * as z from "zod";
import type { RevocationReason } from "#core/certificate/certificate.ts";
import type { SecurityFinding } from "../finding.ts";
import type { BusEvent } from "./report.ts";

export const securityHubSource = "aws.securityhub";
export const securityHubDetailType = "Security Hub Findings - Imported";
/** How the product's ARN ends, whatever its partition and Region. */
export const auditProduct = ":product/aws/iot-device-defender-audit";

const time = z.iso.datetime({ offset: true }).transform(text => new Date(text));

/** Of the format only what is looked at; AWS adds members as it likes. */
const auditFindingSchema = z.object({
  SchemaVersion: z.literal("2018-10-08"),
  Id: z.string().min(1).max(512),
  ProductArn: z.string().endsWith(auditProduct),
  AwsAccountId: z.string().regex(/^\d{12}$/),
  UpdatedAt: time,
  CreatedAt: time,
  Severity: z.object({ Normalized: z.number().min(0).max(100).optional() }).optional(),
  Title: z.string().max(256).optional(),
  ProductFields: z.object({
    ReportType: z.string(),
    CheckName: z.string().max(128).optional(),
    IsSuppressed: z.string().optional(),
  }),
  Resources: z.array(z.object({ Type: z.string(), Id: z.string().max(512) })).min(1),
  Workflow: z.object({ Status: z.string() }).optional(),
  RecordState: z.enum(["ACTIVE", "ARCHIVED"]),
});

/** Each event has one finding. */
export const securityHubDetailSchema = z.object({ findings: z.tuple([auditFindingSchema]) });
export type SecurityHubDetail = z.infer<typeof securityHubDetailSchema>;

// Checks that say why; what any other check means is for a rule to say.
const reasons: Readonly<Record<string, RevocationReason>> = {
  DEVICE_CERTIFICATE_SHARED_CHECK: "keyCompromise",
  DEVICE_CERTIFICATE_KEY_QUALITY_CHECK: "keyCompromise",
  REVOKED_DEVICE_CERTIFICATE_STILL_ACTIVE_CHECK: "privilegeWithdrawn",
};

/** AWS IoT names a certificate by the SHA-256 of its DER: bare, or at the end of its ARN. */
const certificateId = /(?:^|:cert\/)([0-9a-f]{64})$/;

/** Undefined for what is about no device certificate: a check's summary, a policy, a CA. */
export function findingOfDeviceDefender(
  event: BusEvent,
  { findings: [finding] }: SecurityHubDetail,
): SecurityFinding | undefined {
  const { CheckName: type, ReportType } = finding.ProductFields;
  const sha256 = finding.Resources.map(({ Id }) => certificateId.exec(Id)?.[1]).find(id => id !== undefined);
  if (ReportType !== "AuditFinding" || type === undefined || sha256 === undefined) return undefined;
  return {
    source: "device-defender",
    sender: event.source,
    account: event.account,
    // The same finding comes again with every audit; one that was made anew is another.
    id: `${finding.Id}#${finding.CreatedAt.toISOString()}`,
    at: finding.UpdatedAt,
    isClosed: isClosed(finding),
    type,
    severity: finding.Severity?.Normalized === undefined ? undefined : finding.Severity.Normalized / 10,
    selector: { sha256 },
    lineage: false,
    reason: reasons[type] ?? "unspecified",
    note: finding.Title,
    actor: `event:${event.source}:${event.id}`,
  };
}

function isClosed({ RecordState, Workflow, ProductFields }: SecurityHubDetail["findings"][0]): boolean {
  const settled = Workflow?.Status === "RESOLVED" || Workflow?.Status === "SUPPRESSED";
  return RecordState === "ARCHIVED" || settled || ProductFields.IsSuppressed === "true";
}
