// The CloudFront distributions: mutual TLS with the viewer, a client certificate towards the origin, no HTTP/3 (it has no
// viewer mutual TLS), no plain HTTP.
import type { StageConfig } from "./config.ts";
import type { EdgeFunctions } from "./edge.ts";
import type { Listener } from "./listeners.ts";
import { logical } from "./names.ts";

/** AWS's own cache policies, the same in every account. */
const cachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/** The one path of the API that the edge forwards with the rehearsal certificate. */
const rehearsalPath = "/v1/origin-certificate/rehearsal";

type Text = $util.Input<string>;

export type DistributionParts = {
  readonly config: StageConfig;
  readonly listener: Listener;
  readonly functions: EdgeFunctions;
  readonly trustStoreId: Text;
  readonly originDomain: Text;
  readonly originRequestPolicyId: Text;
};

export function declareDistribution(parts: DistributionParts) {
  const { config, listener, functions } = parts;
  const { live, rehearsal } = config.originCertificateArns;
  const isContent = listener.name === "content";
  const showsCertificate = !isContent || config.contentOrigin.mutualTls;
  return new aws.cloudfront.Distribution(`${logical(listener.name)}Distribution`, {
    comment: `edgecert ${$app.stage}: ${listener.name}`,
    enabled: true,
    aliases: [listener.domain],
    httpVersion: "http2",
    isIpv6Enabled: true,
    viewerCertificate: {
      acmCertificateArn: config.viewerCertificateArn,
      sslSupportMethod: "sni-only",
      minimumProtocolVersion: "TLSv1.2_2021",
    },
    viewerMtlsConfig: viewerMtls(parts),
    connectionFunctionAssociation: { id: functions.connection.id },
    origins: [
      origin("live", parts.originDomain, showsCertificate ? live : undefined),
      ...(listener.name === "api" ? [origin("rehearsal", parts.originDomain, rehearsal)] : []),
    ],
    defaultCacheBehavior: { ...behaviour(parts), targetOriginId: "live" },
    orderedCacheBehaviors:
      listener.name === "api"
        ? [{ ...behaviour(parts), pathPattern: rehearsalPath, targetOriginId: "rehearsal" }]
        : [],
    restrictions: { geoRestriction: { restrictionType: "none" } },
    waitForDeployment: true,
  });
}

function viewerMtls({ config, listener, trustStoreId }: DistributionParts) {
  if (listener.mode === "passthrough") return { mode: listener.mode };
  return {
    mode: listener.mode,
    trustStoreConfig: {
      trustStoreId,
      advertiseTrustStoreCaNames: config.advertiseCaNames,
      ignoreCertificateExpiry: listener.ignoreCertificateExpiry,
    },
  };
}

function origin(originId: string, domainName: Text, clientCertificateArn: string | undefined) {
  return {
    originId,
    domainName,
    customOriginConfig: {
      httpPort: 80,
      httpsPort: 443,
      originProtocolPolicy: "https-only",
      originSslProtocols: ["TLSv1.2"],
      // The API's slowest functions have 29 seconds.
      originReadTimeout: 30,
      ...(clientCertificateArn === undefined ? {} : { originMtlsConfig: { clientCertificateArn } }),
    },
  };
}

function behaviour({ listener, functions, originRequestPolicyId }: DistributionParts) {
  const isContent = listener.name === "content";
  // CloudFront takes no other cache policy in passthrough.
  const caches = isContent && listener.mode !== "passthrough";
  return {
    viewerProtocolPolicy: "https-only",
    allowedMethods: isContent
      ? ["GET", "HEAD"]
      : ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
    cachedMethods: ["GET", "HEAD"],
    cachePolicyId: caches ? cachingOptimized : cachingDisabled,
    originRequestPolicyId,
    compress: false,
    functionAssociations: [{ eventType: "viewer-request", functionArn: functions.viewerRequest.arn }],
  };
}
