// The CloudFront KeyValueStore as the domain's edge store: one ETag chain, all-or-nothing batches.
import "@aws-sdk/signature-v4a";
import {
  CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  UpdateKeysCommand,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { AppError } from "#core/error.ts";
import type { EdgeStore, StoreChange, StoreWriteResult } from "#core/publication/ports.ts";

/**
 * The client's endpoint rules put the account id before any host, which no loopback address survives; an explicit
 * provider is the documented way round, and the only place that reads this variable.
 */
export function openKeyValueStore(
  endpoint = process.env["AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE"],
): CloudFrontKeyValueStoreClient {
  return new CloudFrontKeyValueStoreClient(
    endpoint === undefined ? {} : { endpointProvider: () => ({ url: new URL(endpoint) }) },
  );
}

export function keyValueStore(client: CloudFrontKeyValueStoreClient, storeArn: string): EdgeStore {
  return {
    readTag: async () => {
      const { ETag } = await translating(client.send(new DescribeKeyValueStoreCommand({ KvsARN: storeArn })));
      if (ETag === undefined) throw new Error("DescribeKeyValueStore answered no ETag");
      return ETag;
    },
    write: (tag, puts) => write(client, storeArn, tag, puts),
  };
}

async function write(
  client: CloudFrontKeyValueStoreClient,
  storeArn: string,
  tag: string,
  puts: readonly StoreChange[],
): Promise<StoreWriteResult> {
  try {
    const { ETag, TotalSizeInBytes, ItemCount } = await client.send(
      new UpdateKeysCommand({
        KvsARN: storeArn,
        IfMatch: tag,
        Puts: puts.map(({ key, value }) => ({ Key: key, Value: value })),
      }),
    );
    if (ETag === undefined) throw new Error("UpdateKeys answered no ETag");
    return { kind: "written", tag: ETag, totalBytes: TotalSizeInBytes ?? 0, keyCount: ItemCount ?? 0 };
  } catch (error) {
    if (isStaleTag(error)) return { kind: "stale" };
    if (error instanceof Error && error.name === "ServiceQuotaExceededException") return { kind: "full" };
    throw asUnavailable(error);
  }
}

/** Two answers to a stale If-Match are on record: a conflict, and a validation error that says so in its text. */
function isStaleTag(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === "ConflictException" ||
    (error.name === "ValidationException" && /pre-?condition failed/i.test(error.message))
  );
}

async function translating<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw asUnavailable(error);
  }
}

function asUnavailable(error: unknown): unknown {
  const transient = new Set([
    "InternalServerException",
    "ThrottlingException",
    "ServiceUnavailable",
    "TimeoutError",
  ]);
  const known = error instanceof Error && (transient.has(error.name) || "errno" in error);
  return known ? new AppError("edge_store.unavailable", { retryAfterSeconds: 1 }, error) : error;
}
