// CloudFront's trust store: its state, the update under an ETag, and who uses it.
import {
  CloudFrontClient,
  GetTrustStoreCommand,
  ListDistributionsByTrustStoreCommand,
  UpdateTrustStoreCommand,
} from "@aws-sdk/client-cloudfront";
import { AppError } from "#core/error.ts";
import type { StoreStatus, TrustStoreControl } from "#core/trust-store/ports.ts";

export type BundleBucket = { readonly name: string; readonly region: string };

/** CloudFront is signed for in us-east-1, wherever the function runs. */
export function openCloudFront(): CloudFrontClient {
  return new CloudFrontClient({ region: "us-east-1" });
}

export function trustStoreControl(
  client: CloudFrontClient,
  trustStoreId: string,
  bucket: BundleBucket,
): TrustStoreControl {
  return {
    read: () => translating(() => read(client, trustStoreId)),
    update: (etag, { key, version }, ocsp) =>
      translating(async () => {
        try {
          const { ETag } = await client.send(
            new UpdateTrustStoreCommand({
              Id: trustStoreId,
              IfMatch: etag,
              UseClientCertificateOCSPEndpoint: ocsp,
              CaCertificatesBundleSource: {
                CaCertificatesBundleS3Location: {
                  Bucket: bucket.name,
                  Key: key,
                  Region: bucket.region,
                  ...(version === undefined ? {} : { Version: version }),
                },
              },
            }),
          );
          if (ETag === undefined) throw new Error("UpdateTrustStore answered no ETag");
          return { kind: "accepted", etag: ETag };
        } catch (error) {
          if (isNamed(error, "PreconditionFailed")) return { kind: "stale" };
          throw error;
        }
      }),
    listDistributions: () => translating(() => listDistributions(client, trustStoreId)),
  };
}

async function read(client: CloudFrontClient, trustStoreId: string): Promise<StoreStatus> {
  const { TrustStore, ETag } = await client.send(new GetTrustStoreCommand({ Identifier: trustStoreId }));
  if (TrustStore?.Status === undefined || ETag === undefined) {
    throw new Error("GetTrustStore answered no status or no ETag");
  }
  return {
    status: TrustStore.Status,
    etag: ETag,
    certificates: TrustStore.NumberOfCaCertificates ?? 0,
    ...(TrustStore.Reason === undefined ? {} : { reason: TrustStore.Reason }),
  };
}

async function listDistributions(client: CloudFrontClient, trustStoreId: string): Promise<readonly string[]> {
  const ids: string[] = [];
  let Marker: string | undefined;
  do {
    const { DistributionList } = await client.send(
      new ListDistributionsByTrustStoreCommand({
        TrustStoreIdentifier: trustStoreId,
        ...(Marker === undefined ? {} : { Marker }),
      }),
    );
    for (const { Id } of DistributionList?.Items ?? []) if (Id !== undefined) ids.push(Id);
    Marker = DistributionList?.IsTruncated === true ? DistributionList.NextMarker : undefined;
  } while (Marker !== undefined);
  return ids;
}

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

const transient = new Set(["Throttling", "ThrottlingException", "ServiceUnavailable", "InternalError"]);

async function translating<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const passes = error instanceof Error && (transient.has(error.name) || "errno" in error);
    throw passes ? new AppError("trust_store.unavailable", { retryAfterSeconds: 5 }, error) : error;
  }
}
