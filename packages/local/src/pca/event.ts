// Events as PCA puts them on the account's default bus (user guide, "Using CloudWatch Events").
import { randomUUID } from "node:crypto";
import type { Account } from "./arn.ts";

export type PcaDetailType =
  | "ACM Private CA Creation"
  | "ACM Private CA Certificate Issuance"
  | "ACM Private CA Certificate Revocation"
  | "ACM Private CA Audit Report Generation";

export type PcaEvent = {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": PcaDetailType;
  readonly source: "aws.acm-pca";
  readonly account: string;
  /** ISO 8601, whole seconds, UTC. */
  readonly time: string;
  readonly region: string;
  /** The CA's ARN, then the certificate's ARN or the report's id. */
  readonly resources: readonly string[];
  readonly detail: { readonly result: "success" | "failure" };
};

export function pcaEvent(
  account: Account,
  now: Date,
  type: PcaDetailType,
  resources: readonly string[],
  result: "success" | "failure" = "success",
): PcaEvent {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": type,
    source: "aws.acm-pca",
    account: account.accountId,
    time: now.toISOString().replace(/\.\d+Z$/, "Z"),
    region: account.region,
    resources,
    detail: { result },
  };
}
