// What one function may ask of AWS, as plain data. `policy.ts` turns it into the statements of the function's role;
// infra puts those into IAM and the local cloud holds every call to them.

/** The resources of a stage, by what they are for. */
export const targets = [
  "table",
  "byTenant",
  "bySlot",
  "byDue",
  "tableStream",
  "edgeStore",
  "bus",
  "enrolmentQueue",
  "renewalQueue",
  "caRevocationQueue",
  "webhookQueue",
  "deadLetterQueue",
  "auditReports",
  "issuingCas",
  "originCa",
  "originCertificates",
  "trustStore",
  "trustBundles",
] as const;
export type Target = (typeof targets)[number];

export type Grant = {
  /** IAM actions in full, such as `dynamodb:GetItem`. */
  readonly actions: readonly string[];
  readonly on: Target;
  /** Partition keys of the table or the index, `*` for any rest. Left out: the resource as a whole. */
  readonly partitions?: readonly string[];
  /** The only template that IssueCertificate may name. */
  readonly template?: string;
};

/** The kinds of partitions in the table; `registry.md` says what stands in each. */
export type Partition =
  | "AUDIT-REPORT#*"
  | "AUDIT#*"
  | "AUTHORITIES"
  | "BLOCKS#*"
  | "BRAKE#*"
  | "CA-RECONCILIATION#*"
  | "CERTIFICATE#*"
  | "CLAIM#*"
  | "CLAIMS#*"
  | "CRL#*"
  | "EDGE"
  | "ENROLMENT#*"
  | "FINDING#*"
  | "FOLLOW#*"
  | "HOLDER#*"
  | "KEY#*"
  | "LINE#*"
  | "LOT#*"
  | "MANIFEST#*"
  | "ORDERS#*"
  | "ORIGIN"
  | "ORPHAN#*"
  | "OUTBOX#*"
  | "PAGE#*"
  | "PLAN-WORK#*"
  | "PLAN#*"
  | "PROFILES"
  | "RATE#*"
  | "REFUSED#*"
  | "ROTATION#*"
  | "ROTATION-OF#*"
  | "RULES"
  | "SENDERS"
  | "SERIALS#*"
  | "SHA256#*"
  | "SEEN#*"
  | "SWEEP"
  | "TRUST-STORE"
  | "WEBHOOK#*"
  | "WEBHOOKS";

/** The kinds of partitions in the index of what is due. */
export type DuePartition =
  | "CA-REVOCATION#*"
  | "DUE#*"
  | "FOLLOW"
  | "OPEN#*"
  | "PLAN-COUNTING"
  | "PLAN-WORK"
  | "QUEUED#*"
  | "ROTATION"
  | "ROTATION-PART#*";

/** A transaction needs the action of each of its items; DynamoDB has none for the transaction itself. */
type RowAction =
  | "BatchGetItem"
  | "BatchWriteItem"
  | "ConditionCheckItem"
  | "DeleteItem"
  | "GetItem"
  | "PutItem"
  | "Query"
  | "UpdateItem";

/** One at least: a grant without any would be the whole table. */
type Some<T> = readonly [T, ...T[]];

function rows(action: RowAction, partitions: Some<Partition>): Grant {
  return { actions: [`dynamodb:${action}`], on: "table", partitions };
}

export const get = (...partitions: Some<Partition>): Grant => rows("GetItem", partitions);
export const batchGet = (...partitions: Some<Partition>): Grant => rows("BatchGetItem", partitions);
export const query = (...partitions: Some<Partition>): Grant => rows("Query", partitions);
export const put = (...partitions: Some<Partition>): Grant => rows("PutItem", partitions);
export const update = (...partitions: Some<Partition>): Grant => rows("UpdateItem", partitions);
export const remove = (...partitions: Some<Partition>): Grant => rows("DeleteItem", partitions);
export const check = (...partitions: Some<Partition>): Grant => rows("ConditionCheckItem", partitions);
export const batchWrite = (...partitions: Some<Partition>): Grant => rows("BatchWriteItem", partitions);

const queryDynamoDb = ["dynamodb:Query"] as const;
export const queryDue = (...partitions: Some<DuePartition>): Grant => ({
  actions: queryDynamoDb,
  on: "byDue",
  partitions,
});
export const queryTenant = (...partitions: Some<"TENANT#*" | "PLANS" | "AUDIT#*">): Grant => ({
  actions: queryDynamoDb,
  on: "byTenant",
  partitions,
});
/** Its partition keys begin with an authority's id: there is no prefix to name. */
export const querySlots: Grant = { actions: queryDynamoDb, on: "bySlot" };

export function may(on: Target, ...actions: readonly string[]): Grant {
  return { actions, on };
}
