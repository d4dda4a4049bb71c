// A function's environment on the local cloud: its links as SST passes them, and where each AWS service is.

import { join } from "node:path";
import {
  type FunctionEntry,
  functionCatalogue,
  type LinkName,
} from "#functions/catalogue/function-catalogue.ts";
import { accessKeyOf } from "../access/authorise.ts";
import type { FunctionDefinition } from "../lambda/function-definition.ts";
import {
  accountId,
  auditReportsBucket,
  busName,
  enrolmentQueue,
  region,
  renewalQueue,
  tableName,
  trustBundlesBucket,
  webhookQueue,
} from "./settings.ts";

export type ServiceUrls = {
  readonly dynamodb: string;
  readonly pca: string;
  readonly acm: string;
  readonly cloudfront: string;
  readonly keyValueStore: string;
  readonly eventBus: string;
  readonly queues: string;
};

export type LinkValues = {
  readonly storeArn: string;
  readonly trustStoreId: string;
  readonly originCertificate: {
    readonly liveArn: string;
    readonly rehearsalArn: string;
    readonly caArn: string;
    readonly edgeUrl: string;
  };
  /** The functions trust the servers of this machine, as Lambda does any public one. */
  readonly extraCaFile: string;
  readonly issuePerSecond: number;
  readonly webhookKey: string;
  readonly operators: { readonly issuer: string; readonly audience: string; readonly jwksUri: string };
};

export function functionDefinitions(
  bundleDirectory: string,
  urls: ServiceUrls,
  values: LinkValues,
): readonly FunctionDefinition[] {
  const links: Record<LinkName, unknown> = {
    RegistryTable: { name: tableName },
    EdgeStore: { arn: values.storeArn },
    Bus: { name: busName },
    AuditReports: { name: auditReportsBucket },
    Operators: values.operators,
    CaQuota: { issuePerSecond: values.issuePerSecond },
    EnrolmentQueue: { url: `${urls.queues}/${accountId}/${enrolmentQueue}` },
    RenewalQueue: { url: `${urls.queues}/${accountId}/${renewalQueue}` },
    OriginCertificate: values.originCertificate,
    TrustStore: { id: values.trustStoreId, bucket: trustBundlesBucket, region, useOcsp: false },
    EdgeUrl: { url: values.originCertificate.edgeUrl },
    WebhookQueue: { url: `${urls.queues}/${accountId}/${webhookQueue}` },
    WebhookKey: { value: values.webhookKey },
    // A laptop's receivers are on the laptop.
    WebhookReceivers: { insecureHosts: ["127.0.0.1"] },
  };
  return Object.entries<FunctionEntry>(functionCatalogue).map(
    ([name, { links: linked, timeoutSeconds }]) => ({
      name,
      bundlePath: join(bundleDirectory, `${name}.mjs`),
      handler: "handler",
      accessKeyId: accessKeyOf(name),
      timeoutSeconds,
      environment: {
        SST_RESOURCE_App: JSON.stringify({ name: "edgecert", stage: "local" }),
        ...Object.fromEntries(linked.map(link => [`SST_RESOURCE_${link}`, JSON.stringify(links[link])])),
        POWERTOOLS_METRICS_NAMESPACE: "edgecert",
        AWS_ENDPOINT_URL_DYNAMODB: urls.dynamodb,
        AWS_ENDPOINT_URL_ACM_PCA: urls.pca,
        AWS_ENDPOINT_URL_ACM: urls.acm,
        AWS_ENDPOINT_URL_CLOUDFRONT: urls.cloudfront,
        NODE_EXTRA_CA_CERTS: values.extraCaFile,
        AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE: urls.keyValueStore,
        AWS_ENDPOINT_URL_EVENTBRIDGE: urls.eventBus,
        AWS_ENDPOINT_URL_S3: urls.queues,
        AWS_ENDPOINT_URL_SQS: urls.queues,
      },
    }),
  );
}
