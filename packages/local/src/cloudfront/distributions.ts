// The distributions of the local edge as the control plane shows them: what a check of a deployment reads. They are made
// with the edge and not changed from here.
import type { Behaviour, DistributionConfig, OriginConfig } from "../edge/distribution-config.ts";
import type { Answer, Request } from "./cloudfront.ts";
import { CloudFrontError } from "./error.ts";
import { itemCount } from "./input.ts";
import { newEtag } from "./trust-store-record.ts";
import type { XmlValue } from "./xml.ts";

export type Deployment = {
  readonly config: DistributionConfig;
  readonly trustStoreId: string;
  readonly connectionFunctionId: string;
  /** ACM's ARN of what each origin is shown, in the order of default and behaviours. */
  readonly originCertificateArns: readonly string[];
};

export type Distributions = {
  readonly add: (deployment: Deployment) => void;
  readonly idsByTrustStore: (trustStoreId: string) => readonly string[];
  readonly getConfig: (request: Request) => Answer;
  readonly list: (request: Request) => Answer;
  readonly listByTrustStore: (request: Request) => Answer;
};

type Deployed = Deployment & { readonly etag: string; readonly deployedAt: Date };

export function deployedDistributions(accountId: string, now: () => Date): Distributions {
  const all: Deployed[] = [];
  const list = (request: Request, shown: readonly Deployed[]): Answer => {
    const marker = request.query.get("Marker") ?? "";
    const maxItems = itemCount(request.query.get("MaxItems"));
    const after = shown.filter(({ config }) => config.id > marker);
    const page = after.toSorted((a, b) => (a.config.id < b.config.id ? -1 : 1)).slice(0, maxItems);
    return {
      status: 200,
      root: "DistributionList",
      value: {
        Marker: marker,
        NextMarker: page.length < after.length ? page.at(-1)?.config.id : undefined,
        MaxItems: maxItems,
        IsTruncated: page.length < after.length,
        Quantity: page.length,
        Items: { DistributionSummary: page.map(one => summary(accountId, one)) },
      },
    };
  };
  return {
    add: deployment => all.push({ ...deployment, etag: newEtag(), deployedAt: now() }),
    idsByTrustStore: id => all.filter(usesStore(id)).map(({ config }) => config.id),
    getConfig: ({ parameter }) => {
      const found = all.find(({ config }) => config.id === parameter);
      if (found === undefined) {
        throw new CloudFrontError("NoSuchDistribution", "The specified distribution does not exist.", 404);
      }
      return {
        status: 200,
        etag: found.etag,
        root: "DistributionConfig",
        value: configuration(accountId, found),
      };
    },
    list: request => list(request, all),
    listByTrustStore: request => {
      const id = request.query.get("TrustStoreIdentifier");
      if (id === null) throw new CloudFrontError("InvalidArgument", "TrustStoreIdentifier is missing.");
      return list(request, all.filter(usesStore(id)));
    },
  };
}

/** In passthrough mode there is no association. */
const usesStore =
  (id: string) =>
  ({ trustStoreId, config }: Deployed): boolean =>
    trustStoreId === id && config.mode !== "passthrough";

type Members = { readonly [name: string]: XmlValue };

function summary(accountId: string, deployed: Deployed): Members {
  const { config, deployedAt, etag } = deployed;
  return {
    Id: config.id,
    ARN: `arn:aws:cloudfront::${accountId}:distribution/${config.id}`,
    ETag: etag,
    Status: "Deployed",
    LastModifiedTime: deployedAt.toISOString(),
    DomainName: config.domainName,
    ...shared(accountId, deployed),
  };
}

function configuration(accountId: string, deployed: Deployed): Members {
  return { CallerReference: deployed.config.id, ...shared(accountId, deployed) };
}

function shared(accountId: string, deployed: Deployed): Members {
  const { config, trustStoreId, connectionFunctionId, originCertificateArns } = deployed;
  const { behaviours = [] } = config;
  const origins = [config.origin, ...behaviours.map(({ origin }) => origin)];
  return {
    Aliases: { Quantity: 1, Items: { CNAME: config.domainName } },
    Origins: {
      Quantity: origins.length,
      Items: { Origin: origins.map((one, index) => origin(one, index, originCertificateArns[index])) },
    },
    DefaultCacheBehavior: behaviour(accountId, config, 0),
    CacheBehaviors: {
      Quantity: behaviours.length,
      Items: { CacheBehavior: behaviours.map((one, index) => behaviour(accountId, config, index + 1, one)) },
    },
    Comment: "",
    Enabled: true,
    ViewerCertificate: {
      SSLSupportMethod: "sni-only",
      MinimumProtocolVersion: config.minimumProtocolVersion,
    },
    HttpVersion: "http2",
    IsIPV6Enabled: false,
    Staging: false,
    ViewerMtlsConfig: {
      Mode: config.mode,
      TrustStoreConfig:
        config.mode === "passthrough"
          ? undefined
          : {
              TrustStoreId: trustStoreId,
              AdvertiseTrustStoreCaNames: config.advertiseTrustStoreCaNames,
              IgnoreCertificateExpiry: config.ignoreCertificateExpiry,
            },
    },
    ConnectionFunctionAssociation:
      config.connectionFunction === undefined ? undefined : { Id: connectionFunctionId },
  };
}

const originId = (index: number): string => `origin-${index}`;

function origin({ url }: OriginConfig, index: number, certificateArn: string | undefined): Members {
  const { hostname, port } = new URL(url);
  return {
    Id: originId(index),
    DomainName: hostname,
    OriginPath: "",
    CustomOriginConfig: {
      HTTPPort: 80,
      HTTPSPort: Number(port || 443),
      OriginProtocolPolicy: url.startsWith("https:") ? "https-only" : "http-only",
      OriginMtlsConfig: certificateArn === undefined ? undefined : { ClientCertificateArn: certificateArn },
    },
  };
}

function behaviour(accountId: string, config: DistributionConfig, index: number, one?: Behaviour): Members {
  const name = config.viewerRequestFunction?.name;
  return {
    PathPattern: one?.pathPattern,
    TargetOriginId: originId(index),
    ViewerProtocolPolicy: "https-only",
    FunctionAssociations: {
      Quantity: name === undefined ? 0 : 1,
      Items: {
        FunctionAssociation:
          name === undefined
            ? []
            : [
                {
                  FunctionARN: `arn:aws:cloudfront::${accountId}:function/${name}`,
                  EventType: "viewer-request",
                },
              ],
      },
    },
  };
}
