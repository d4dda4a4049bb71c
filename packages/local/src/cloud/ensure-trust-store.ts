// The trust store that the distributions are made with: its first bundle holds the CA that the first authority will have,
// since CloudFront takes no empty one. From then on the product's own job keeps it.
import { setTimeout } from "node:timers/promises";
import {
  CloudFrontClient,
  CreateTrustStoreCommand,
  GetTrustStoreCommand,
  ListTrustStoresCommand,
} from "@aws-sdk/client-cloudfront";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { operatorCredentials, region, trustBundlesBucket, trustStoreName } from "./settings.ts";

type TrustStoreSetUp = {
  readonly cloudfrontUrl: string;
  readonly s3Url: string;
  /** PEM. */
  readonly firstBundle: string;
};

/** The id of the store, made unless there is one; its bundle is in force. The calls that a real account needs. */
export async function ensureTrustStore({
  cloudfrontUrl,
  s3Url,
  firstBundle,
}: TrustStoreSetUp): Promise<string> {
  const sdk = { region, credentials: operatorCredentials };
  const client = new CloudFrontClient({ ...sdk, endpoint: cloudfrontUrl });
  const s3 = new S3Client({ ...sdk, endpoint: s3Url, forcePathStyle: true });
  try {
    const { TrustStoreList = [] } = await client.send(new ListTrustStoresCommand({}));
    const known = TrustStoreList.find(({ Name }) => Name === trustStoreName)?.Id;
    return await untilActive(client, known ?? (await create(client, s3, firstBundle)));
  } finally {
    client.destroy();
    s3.destroy();
  }
}

async function create(client: CloudFrontClient, s3: S3Client, firstBundle: string): Promise<string> {
  const Key = "trust-bundles/first.pem";
  await s3.send(
    new PutObjectCommand({
      Bucket: trustBundlesBucket,
      Key,
      Body: firstBundle,
      ContentType: "text/plain",
    }),
  );
  const { TrustStore } = await client.send(
    new CreateTrustStoreCommand({
      Name: trustStoreName,
      CaCertificatesBundleSource: {
        CaCertificatesBundleS3Location: { Bucket: trustBundlesBucket, Key, Region: region },
      },
    }),
  );
  if (TrustStore?.Id === undefined) throw new Error("CreateTrustStore answered no id");
  return TrustStore.Id;
}

async function untilActive(client: CloudFrontClient, id: string): Promise<string> {
  for (;;) {
    const { TrustStore } = await client.send(new GetTrustStoreCommand({ Identifier: id }));
    if (TrustStore?.Status === "active") return id;
    if (TrustStore?.Status === "failed") throw new Error(`the trust store failed: ${TrustStore.Reason}`);
    await setTimeout(50);
  }
}
