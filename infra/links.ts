// What the functions are told of the stage: plain values. SST's own links would bring `dynamodb:*` and the like into the
// roles; these bring nothing.
import type { LinkName } from "#functions/catalogue/function-catalogue.ts";
import type { StageConfig } from "./config.ts";
import { mapValues } from "./map-values.ts";
import { region } from "./names.ts";
import type { StageResources } from "./stage.ts";

/** Set with `sst secret set`, never in a file. */
type SecretName = "WebhookKey";
type Values = Readonly<Record<string, unknown>>;

export type Links = Readonly<Record<LinkName, sst.Linkable<Values> | sst.Secret>>;

export function declareLinks(config: StageConfig, resources: StageResources): Links {
  const { table, edgeStore, bus, auditReports, queues, trust } = resources;
  const values = {
    RegistryTable: { name: table.name },
    EdgeStore: { arn: edgeStore.arn },
    Bus: { name: bus.name },
    AuditReports: { name: auditReports.bucket },
    Operators: config.operators,
    CaQuota: { issuePerSecond: config.issuePerSecond },
    EnrolmentQueue: { url: queues.enrolmentQueue.url },
    RenewalQueue: { url: queues.renewalQueue.url },
    WebhookQueue: { url: queues.webhookQueue.url },
    TrustStore: {
      id: trust.trustStore.id,
      bucket: trust.bucket.bucket,
      region,
      useOcsp: config.ocsp !== "off",
    },
    EdgeUrl: { url: `https://${config.domains.api}` },
    // Webhooks go to public addresses only.
    WebhookReceivers: { insecureHosts: [] },
    OriginCertificate: {
      liveArn: config.originCertificateArns.live,
      rehearsalArn: config.originCertificateArns.rehearsal,
      caArn: config.originCaArn,
      edgeUrl: `https://${config.domains.api}`,
    },
  } satisfies Record<Exclude<LinkName, SecretName>, Values>;
  const plain = mapValues<keyof typeof values, Values, sst.Linkable<Values>>(
    values,
    (properties, name) => new sst.Linkable(name, { properties }),
  );
  return { ...plain, WebhookKey: new sst.Secret("WebhookKey") };
}
