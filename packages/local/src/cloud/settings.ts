// Names, account and ports of the local cloud. Ports are fixed for `npm start`, so that what it prints can be pasted;
// tests and the demo take free ones.
import type { QueueName } from "#functions/catalogue/triggers.ts";

export const accountId = "000000000000";
export const region = "us-east-1";
export const tableName = "edgecert-registry";
export const busName = "edgecert";
export const storeName = "edgecert";
export const auditReportsBucket = "edgecert-audit-reports";
export const trustBundlesBucket = "edgecert-trust-bundles";
export const trustStoreName = "edgecert";
export const caRevocationQueue = "edgecert-ca-revocations";
export const enrolmentQueue = "edgecert-enrolments";
export const webhookQueue = "edgecert-webhooks";
export const renewalQueue = "edgecert-renewals";
export const connectionLogGroup = "/aws/vendedlogs/edgecert-connections";
/** The catalogue's queues. */
export const queueNames = {
  caRevocationQueue,
  enrolmentQueue,
  renewalQueue,
  webhookQueue,
} as const satisfies Record<QueueName, string>;
export const deadLetterQueue = "edgecert-dead-letters";
export const audience = "edgecert";

export type Ports = {
  readonly content: number;
  readonly api: number;
  /** The API for holders of expired certificates, to renew them. */
  readonly renewal: number;
  readonly gateway: number;
  readonly firmware: number;
  readonly dynamodb: number;
  readonly pca: number;
  readonly acm: number;
  readonly cloudfront: number;
  readonly keyValueStore: number;
  readonly eventBus: number;
  readonly lambda: number;
  readonly queues: number;
  readonly issuer: number;
};

export const fixedPorts: Ports = {
  content: 8443,
  api: 8444,
  renewal: 8447,
  gateway: 8445,
  firmware: 8446,
  dynamodb: 4510,
  pca: 4511,
  keyValueStore: 4512,
  eventBus: 4513,
  lambda: 4514,
  queues: 4515,
  issuer: 4516,
  acm: 4517,
  cloudfront: 4518,
};

export const freePorts: Ports = {
  content: 0,
  api: 0,
  renewal: 0,
  gateway: 0,
  firmware: 0,
  dynamodb: 0,
  pca: 0,
  keyValueStore: 0,
  eventBus: 0,
  lambda: 0,
  queues: 0,
  issuer: 0,
  acm: 0,
  cloudfront: 0,
};

/** Any SDK client or the AWS CLI takes these; the servers read only the key id. */
export const operatorCredentials = { accessKeyId: "operator", secretAccessKey: "local" } as const;

export function queueArn(name: string): string {
  return `arn:aws:sqs:${region}:${accountId}:${name}`;
}

/** Certificates a second: AWS's default for an account and Region, or more than this machine can make. */
export const issuePerSecond = { aws: 25, relaxed: 100_000 } as const;
