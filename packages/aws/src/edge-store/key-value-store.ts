// The CloudFront KeyValueStore as the domain's edge store: one ETag chain, all-or-nothing batches.
import "@aws-sdk/signature-v4a";
import {
  CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  paginateListKeys,
  UpdateKeysCommand,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { AppError } from "#core/error.ts";
import type { EdgeStore, StoreChanges, StoreListing, StoreWriteResult } from "#core/publication/ports.ts";
import { storeLimitBytes } from "#core/publication/store-usage.ts";

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

/** `limitBytes`: for a store with another quota; it only tells how full the store is. */
export function keyValueStore(
  client: CloudFrontKeyValueStoreClient,
  storeArn: string,
  limitBytes = storeLimitBytes,
): EdgeStore {
  const describe = () => translating(client.send(new DescribeKeyValueStoreCommand({ KvsARN: storeArn })));
  return {
    readTag: async () => {
      const { ETag } = await describe();
      if (ETag === undefined) throw new Error("DescribeKeyValueStore answered no ETag");
      return ETag;
    },
    readUsage: async () => {
      const { TotalSizeInBytes, ItemCount } = await describe();
      return { totalBytes: TotalSizeInBytes ?? 0, keyCount: ItemCount ?? 0, limitBytes };
    },
    read: key => read(client, storeArn, key),
    list: () => list(client, storeArn),
    write: (tag, changes) => write(client, storeArn, tag, changes),
  };
}

async function read(
  client: CloudFrontKeyValueStoreClient,
  storeArn: string,
  key: string,
): Promise<string | undefined> {
  try {
    return (await client.send(new GetKeyCommand({ KvsARN: storeArn, Key: key }))).Value;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
    throw asUnavailable(error);
  }
}

/** ListKeys carries no ETag: the listing is one state of the store only when the tag is the same before and after. */
async function list(
  client: CloudFrontKeyValueStoreClient,
  storeArn: string,
): Promise<StoreListing | undefined> {
  const describe = new DescribeKeyValueStoreCommand({ KvsARN: storeArn });
  const { ETag: tag } = await translating(client.send(describe));
  const items = new Map<string, string>();
  const pages = paginateListKeys({ client, pageSize: 50 }, { KvsARN: storeArn });
  for (
    let page = await translating(pages.next());
    page.done !== true;
    page = await translating(pages.next())
  ) {
    for (const { Key, Value } of page.value.Items ?? []) items.set(Key ?? "", Value ?? "");
  }
  const { ETag: tagAfter } = await translating(client.send(describe));
  return tag !== undefined && tag === tagAfter ? { tag, items } : undefined;
}

async function write(
  client: CloudFrontKeyValueStoreClient,
  storeArn: string,
  tag: string,
  { puts, deletes }: StoreChanges,
): Promise<StoreWriteResult> {
  try {
    const { ETag, TotalSizeInBytes, ItemCount } = await client.send(
      new UpdateKeysCommand({
        KvsARN: storeArn,
        IfMatch: tag,
        Puts: puts.map(({ key, value }) => ({ Key: key, Value: value })),
        Deletes: deletes.map(key => ({ Key: key })),
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
    // A role that has just changed is refused until IAM has told everybody.
    "AccessDeniedException",
  ]);
  const known = error instanceof Error && (transient.has(error.name) || "errno" in error);
  return known ? new AppError("edge_store.unavailable", { retryAfterSeconds: 1 }, error) : error;
}
