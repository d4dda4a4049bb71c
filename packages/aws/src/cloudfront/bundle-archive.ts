// The bundles' texts in S3, each under its own digest: CloudFront reads one once, and people may look at any later.
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { BundleArchive } from "#core/trust-store/ports.ts";
import type { BundleBucket } from "./trust-store-control.ts";

export function bundleArchive({ name, region }: BundleBucket): BundleArchive {
  const client = new S3Client({ region, forcePathStyle: true });
  return {
    put: async (sha256, pem) => {
      const key = `trust-bundles/${sha256}.pem`;
      const { VersionId } = await client.send(
        new PutObjectCommand({ Bucket: name, Key: key, Body: pem, ContentType: "text/plain" }),
      );
      return { key, ...(VersionId === undefined ? {} : { version: VersionId }) };
    },
  };
}
