// A running KeyValueStore server, the unmodified SDK client against it, and a clock that tests move by hand.

import {
  CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  PutKeyCommand,
  UpdateKeysCommand,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { SignatureV4a } from "@aws-sdk/signature-v4a";
import { type KeyValueStoreOptions, startKeyValueStoreServer } from "#local/key-value-store/server.ts";

export function movableClock(startedAt = "2026-01-01T00:00:00.000Z") {
  let nowMs = Date.parse(startedAt);
  return {
    clock: { now: () => new Date(nowMs) },
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

export function kvsClient(url: string, accessKeyId = "test"): CloudFrontKeyValueStoreClient {
  const credentials = { accessKeyId, secretAccessKey: "test" };
  const client: CloudFrontKeyValueStoreClient = new CloudFrontKeyValueStoreClient({
    region: "us-east-1",
    credentials,
    // Passed by hand: the signer that importing the package registers is found only where npm keeps one copy of
    // @smithy/signature-v4 for both sides.
    signer: async () =>
      new SignatureV4a({
        credentials,
        region: "*",
        service: "cloudfront-keyvaluestore",
        sha256: client.config.sha256,
      }),
    endpointProvider: () => ({ url: new URL(url) }),
    maxAttempts: 1,
  });
  return client;
}

/** Writes to one store, each with the ETag of the moment. */
export function storeCalls(client: CloudFrontKeyValueStoreClient, arn: string) {
  const etag = async () => (await client.send(new DescribeKeyValueStoreCommand({ KvsARN: arn }))).ETag;
  return {
    etag,
    put: async (key: string, value: string) =>
      client.send(new PutKeyCommand({ KvsARN: arn, Key: key, Value: value, IfMatch: await etag() })),
    update: async (puts: Readonly<Record<string, string>>, deletes: readonly string[] = []) =>
      client.send(
        new UpdateKeysCommand({
          KvsARN: arn,
          IfMatch: await etag(),
          Puts: Object.entries(puts).map(([Key, Value]) => ({ Key, Value })),
          Deletes: deletes.map(Key => ({ Key })),
        }),
      ),
  };
}

export async function startSubject(options: Partial<KeyValueStoreOptions> = {}) {
  const server = await startKeyValueStoreServer({
    port: 0,
    stateDirectory: undefined,
    accountId: "123456789012",
    ...options,
  });
  const { arn } = server.createStore("edge");
  const client = kvsClient(server.url);
  const stop = async () => {
    client.destroy();
    await server.stop();
  };
  return { server, arn, client, ...storeCalls(client, arn), stop };
}

export type Subject = Awaited<ReturnType<typeof startSubject>>;

/** The name and status of the error that `call` is refused with; fails when it is not. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ name: string; status: number; message: string }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }; // An SDK error.
    return { name, message, status: $metadata?.httpStatusCode ?? 0 };
  }
  throw new Error("the call was accepted");
}
