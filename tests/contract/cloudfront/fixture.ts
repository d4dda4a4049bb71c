// A running control plane with a clock that moves by hand, an unmodified SDK client, and a bucket to read bundles from.
import {
  CloudFrontClient,
  CreateTrustStoreCommand,
  GetTrustStoreCommand,
  UpdateTrustStoreCommand,
} from "@aws-sdk/client-cloudfront";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { startFauxqs } from "fauxqs";
import {
  type CloudFrontOptions,
  type CloudFrontServer,
  startCloudFrontServer,
} from "#local/cloudfront/server.ts";
import { type HandClock, handClock } from "#support/fixed-time.ts";

export type ControlPlane = {
  readonly server: CloudFrontServer;
  readonly client: CloudFrontClient;
  readonly clock: HandClock;
  /** Puts a bundle into the bucket and answers where it is. */
  readonly bundle: (key: string, text: string) => Promise<BundleSource>;
  readonly restart: () => Promise<ControlPlane>;
  readonly stop: () => Promise<void>;
};

type BundleSource = {
  readonly CaCertificatesBundleS3Location: { Bucket: string; Key: string; Region: string };
};

const bucket = "bundles";
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

export async function startControlPlane(options: Partial<CloudFrontOptions> = {}): Promise<ControlPlane> {
  const s3 = await startFauxqs({ port: 0, host: "127.0.0.1", logger: false });
  s3.createBucket(bucket);
  const s3Endpoint = `http://127.0.0.1:${s3.port}`;
  const writer = new S3Client({
    endpoint: s3Endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials,
  });
  const clock = handClock();
  const start = async (): Promise<ControlPlane> => {
    const server = await startCloudFrontServer({
      port: 0,
      stateDirectory: undefined,
      accountId: "111122223333",
      clock,
      s3Endpoint,
      activationDelayMs: 60_000,
      ...options,
    });
    const client = new CloudFrontClient({
      endpoint: server.url,
      region: "us-east-1",
      credentials,
      maxAttempts: 1,
    });
    const end = async (): Promise<void> => {
      client.destroy();
      await server.stop();
    };
    return {
      server,
      client,
      clock,
      bundle: async (key, text) => {
        await writer.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
        return { CaCertificatesBundleS3Location: { Bucket: bucket, Key: key, Region: "us-east-1" } };
      },
      restart: async () => {
        await end();
        return start();
      },
      stop: async () => {
        await end();
        writer.destroy();
        await s3.stop();
      },
    };
  };
  return start();
}

export type Created = { readonly id: string; readonly etag: string };

export async function createStore(
  { client, bundle }: ControlPlane,
  name: string,
  text: string,
): Promise<Created> {
  const { TrustStore, ETag } = await client.send(
    new CreateTrustStoreCommand({ Name: name, CaCertificatesBundleSource: await bundle(name, text) }),
  );
  return { id: TrustStore?.Id ?? "", etag: ETag ?? "" };
}

export async function updateStore(
  { client, bundle }: ControlPlane,
  { id, etag }: Created,
  text: string,
): Promise<Created> {
  const { ETag } = await client.send(
    new UpdateTrustStoreCommand({
      Id: id,
      IfMatch: etag,
      CaCertificatesBundleSource: await bundle(`${id}-next`, text),
    }),
  );
  return { id, etag: ETag ?? "" };
}

export async function statusOf({ client }: ControlPlane, id: string) {
  const { TrustStore, ETag } = await client.send(new GetTrustStoreCommand({ Identifier: id }));
  return { ...TrustStore, ETag };
}
