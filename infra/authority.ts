// The CAs, which are not ours to create: read by ARN. Their certificates are what the edge and the gateway trust first.
import { buildTrustBundle } from "#core/authority/trust-bundle.ts";
import { privateBucket } from "./bucket.ts";
import type { StageConfig } from "./config.ts";
import { named, outlives, region } from "./names.ts";

export function declareAuthorities({ issuingCaArns, originCaArn }: StageConfig) {
  // The edge reads a bundle once, with the right of whoever creates or updates the trust store.
  const bucket = privateBucket("trust", () => []);
  const bundle = new aws.s3.BucketObjectv2(
    "TrustBundle",
    {
      bucket: bucket.bucket,
      key: "first-bundle.pem",
      contentType: "application/x-pem-file",
      content: $resolve(issuingCaArns.map(certificateOf)).apply(buildTrustBundle),
    },
    // From the first deployment on, the bundle is what the registry's authorities make it.
    { ignoreChanges: ["content"], retainOnDelete: outlives() },
  );
  const trustStore = new aws.cloudfront.TrustStore(
    "TrustStore",
    {
      name: named("devices"),
      caCertificatesBundleSource: {
        caCertificatesBundleS3Location: {
          bucket: bucket.bucket,
          key: bundle.key,
          region,
          version: bundle.versionId,
        },
      },
    },
    { ignoreChanges: ["caCertificatesBundleSource"], retainOnDelete: outlives() },
  );
  const originTrust = new aws.s3.BucketObjectv2("OriginTrust", {
    bucket: bucket.bucket,
    key: "origin-ca.pem",
    contentType: "application/x-pem-file",
    content: certificateOf(originCaArn),
  });
  return { bucket, trustStore, originTrust };
}

function certificateOf(arn: string): $util.Output<string> {
  return aws.acmpca.getCertificateAuthorityOutput({ arn }).certificate;
}
