// A function's environment on the local cloud: its links as SST passes them, and where each AWS service is.

import { join } from "node:path";
import type { FunctionDefinition } from "../lambda/function-definition.ts";
import { type FunctionEntry, functionCatalogue, type LinkName } from "./function-catalogue.ts";
import {
  accountId,
  auditReportsBucket,
  busName,
  enrolmentQueue,
  renewalQueue,
  tableName,
} from "./settings.ts";

export type ServiceUrls = {
  readonly dynamodb: string;
  readonly pca: string;
  readonly acm: string;
  readonly keyValueStore: string;
  readonly eventBus: string;
  readonly queues: string;
};

export type LinkValues = {
  readonly storeArn: string;
  readonly originCertificate: {
    readonly liveArn: string;
    readonly rehearsalArn: string;
    readonly caArn: string;
    readonly edgeUrl: string;
  };
  /** The functions trust the servers of this machine, as Lambda does any public one. */
  readonly extraCaFile: string;
  readonly issuePerSecond: number;
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
  };
  return Object.entries<FunctionEntry>(functionCatalogue).map(
    ([name, { links: linked, timeoutSeconds }]) => ({
      name,
      bundlePath: join(bundleDirectory, `${name}.mjs`),
      handler: "handler",
      // The role's name stands for its credentials: the servers see who calls. DynamoDB Local takes letters and digits.
      accessKeyId: name.replaceAll("-", ""),
      timeoutSeconds,
      environment: {
        SST_RESOURCE_App: JSON.stringify({ name: "edgecert", stage: "local" }),
        ...Object.fromEntries(linked.map(link => [`SST_RESOURCE_${link}`, JSON.stringify(links[link])])),
        AWS_ENDPOINT_URL_DYNAMODB: urls.dynamodb,
        AWS_ENDPOINT_URL_ACM_PCA: urls.pca,
        AWS_ENDPOINT_URL_ACM: urls.acm,
        NODE_EXTRA_CA_CERTS: values.extraCaFile,
        AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE: urls.keyValueStore,
        AWS_ENDPOINT_URL_EVENTBRIDGE: urls.eventBus,
        AWS_ENDPOINT_URL_S3: urls.queues,
        AWS_ENDPOINT_URL_SQS: urls.queues,
      },
    }),
  );
}
