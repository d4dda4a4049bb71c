// What the account allows and where logs go: services that not every place has. What cannot be asked is said with the
// command that asks it.
import type { Asked } from "./facts.ts";
import { type CheckResult, judged } from "./result.ts";

export type Quota = { readonly name: string; readonly code: string; readonly needed: number };

/** Of service code `cloudfront`, in us-east-1. Connection functions are 0 until somebody asks (cloudfront-mtls, C2). */
export function quotasFor(distributions: number): readonly Quota[] {
  return [
    { name: "connection functions", code: "L-D0422299", needed: distributions },
    { name: "trust stores", code: "L-F6F30A7D", needed: 1 },
    { name: "certificates in a trust store", code: "L-061D6ADD", needed: 25 },
    { name: "distributions of a trust store", code: "L-3FC44142", needed: distributions },
  ];
}

export function checkQuota({ name, code, needed }: Quota, granted: Asked<number>): readonly CheckResult[] {
  const ask = `aws service-quotas get-service-quota --service-code cloudfront --quota-code ${code} --region us-east-1`;
  if (granted.kind === "unasked") {
    return [
      { check: "quota", level: "skipped", about: code, detail: `${name}: ${granted.why}`, remedy: ask },
    ];
  }
  const raise = `aws service-quotas request-service-quota-increase --service-code cloudfront --quota-code ${code} --desired-value ${needed} --region us-east-1`;
  return judged("quota", code, `${name}: ${granted.value}, ${needed} needed`, [
    granted.value < needed
      ? { level: "critical", detail: `${name}: ${granted.value}, and ${needed} are needed`, remedy: raise }
      : undefined,
  ]);
}

/** ARNs of the distributions whose connection logs are delivered somewhere. */
export function checkLogDelivery(
  distributionId: string,
  delivered: Asked<readonly string[]>,
): readonly CheckResult[] {
  const look =
    "aws logs describe-delivery-sources --region us-east-1; aws logs describe-deliveries --region us-east-1";
  if (delivered.kind === "unasked") {
    return [
      { check: "log-delivery", level: "skipped", about: distributionId, detail: delivered.why, remedy: look },
    ];
  }
  return judged("log-delivery", distributionId, "connection logs are delivered", [
    delivered.value.some(arn => arn.endsWith(`:distribution/${distributionId}`))
      ? undefined
      : {
          level: "critical",
          // Retiring superseded certificates waits for their successors' appearance in these logs.
          detail: "no delivery of CONNECTION_LOGS: nobody sees which certificates are in use",
          remedy: `deploy infra/connection-logs.ts; ${look}`,
        },
  ]);
}
