// The ARNs of the local cloud by what they are for: what a deployment's infra fills in, as far as it is known yet.

import type { tableLayout } from "#aws/registry/table.ts";
import type { TargetArns } from "#functions/catalogue/policy.ts";
import {
  accountId,
  auditReportsBucket,
  busName,
  deadLetterQueue,
  queueArn,
  queueNames,
  region,
  tableName,
  trustBundlesBucket,
} from "./settings.ts";

export const tableArnPrefix = `arn:aws:dynamodb:${region}:${accountId}:table/`;
const tableArn = `${tableArnPrefix}${tableName}`;
const indexArn = (name: keyof typeof tableLayout.indexes): string => `${tableArn}/index/${name}`;

export type StageArns = {
  /** The same object until something changes. */
  readonly current: () => TargetArns;
  readonly learn: (learnt: Partial<TargetArns>) => void;
};

/** `issuingCas` is asked each time: an operator may create a CA while the cloud runs. A deployment lists them. */
export function stageArns(issuingCas: () => readonly string[]): StageArns {
  const initial: TargetArns = {
    table: [tableArn],
    byTenant: [indexArn("byTenant")],
    bySlot: [indexArn("bySlot")],
    byDue: [indexArn("byDue")],
    tableStream: [],
    edgeStore: [],
    bus: [`arn:aws:events:${region}:${accountId}:event-bus/${busName}`],
    caRevocationQueue: [queueArn(queueNames.caRevocationQueue)],
    enrolmentQueue: [queueArn(queueNames.enrolmentQueue)],
    renewalQueue: [queueArn(queueNames.renewalQueue)],
    webhookQueue: [queueArn(queueNames.webhookQueue)],
    deadLetterQueue: [queueArn(deadLetterQueue)],
    auditReports: [`arn:aws:s3:::${auditReportsBucket}/audit-report/*`],
    issuingCas: [],
    originCa: [],
    originCertificates: [],
    trustStore: [],
    trustBundles: [`arn:aws:s3:::${trustBundlesBucket}/trust-bundles/*`],
  };
  let arns = initial;
  return {
    current: () => {
      const cas = issuingCas();
      if (cas.length !== arns.issuingCas.length) arns = { ...arns, issuingCas: cas };
      return arns;
    },
    learn: learnt => {
      arns = { ...arns, ...learnt };
    },
  };
}
