// The six REST-JSON operations of the data plane (API version 2022-07-26): which request is which, what it must
// carry, and what it answers. Reading and writing bytes is in server.ts, storing in store.ts.
import { AwsError } from "../wire/aws-json.ts";
import { type JsonRecord, jsonRecord, listMember, parseBody, textMember } from "./body.ts";
import { type Change, checkChanges, invalid, type StoreLimits } from "./limits.ts";
import type { StoreState, Stores } from "./store.ts";

export type Request = {
  readonly method: string;
  /** Path and query as they came, still percent-encoded. */
  readonly target: string;
  readonly ifMatch: string | undefined;
  readonly body: Buffer;
};

export type Answer = { readonly etag?: string; readonly body: unknown };

export type OperationName =
  | "DescribeKeyValueStore"
  | "GetKey"
  | "ListKeys"
  | "PutKey"
  | "DeleteKey"
  | "UpdateKeys";

/** The operation and its path members. Throws UnknownOperationException (404), ValidationException. */
export function routeOf(request: Pick<Request, "method" | "target">): Route {
  // By hand: a URL parser would resolve the keys "." and "..".
  const [path = "", query] = request.target.split("?", 2);
  const [root, arn, collection, key, ...rest] = path.slice(1).split("/");
  const parts = [root, "arn", collection, key === undefined ? undefined : "key"].filter(
    part => part !== undefined,
  );
  const shape = `${request.method} ${parts.join("/")}`;
  const name = operationByShape[shape];
  if (name === undefined || arn === undefined || rest.length > 0) {
    throw new AwsError("UnknownOperationException", "The requested operation is not known.", 404);
  }
  return { name, arn: decode(arn), key: decode(key ?? ""), query: new URLSearchParams(query) };
}

export type Route = {
  readonly name: OperationName;
  readonly arn: string;
  readonly key: string;
  readonly query: URLSearchParams;
};

const operationByShape: Readonly<Record<string, OperationName>> = {
  "GET key-value-stores/arn": "DescribeKeyValueStore",
  "GET key-value-stores/arn/keys": "ListKeys",
  "GET key-value-stores/arn/keys/key": "GetKey",
  "PUT key-value-stores/arn/keys/key": "PutKey",
  "DELETE key-value-stores/arn/keys/key": "DeleteKey",
  "POST key-value-stores/arn/keys": "UpdateKeys",
};

type Operation = (stores: Stores, limits: StoreLimits, route: Route, request: Request) => Answer;

export const operations = {
  DescribeKeyValueStore: (stores, _limits, { arn }) => {
    const state = stores.describe(arn);
    return {
      etag: state.etag,
      body: {
        ...sizes(state),
        KvsARN: arn,
        Created: state.createdAtMs / 1000,
        LastModified: state.modifiedAtMs / 1000,
        Status: "READY",
      },
    };
  },
  GetKey: (stores, _limits, { arn, key }) => {
    const state = stores.describe(arn);
    const value = stores.read(arn, key);
    if (value === undefined) throw new AwsError("ResourceNotFoundException", "Key not found", 404);
    return { body: { Key: key, Value: value, ...sizes(state) } };
  },
  ListKeys: (stores, limits, { arn, query }) => {
    stores.describe(arn);
    const size = pageSize(query.get("MaxResults"), limits);
    const items = stores.list(arn, readToken(query.get("NextToken")), size + 1);
    const shown = items.slice(0, size);
    const last = items.length > size ? shown.at(-1) : undefined;
    return {
      body: {
        Items: shown.map(item => ({ Key: item.key, Value: item.value })),
        ...(last === undefined ? {} : { NextToken: writeToken(last.key) }),
      },
    };
  },
  PutKey: (stores, limits, { arn, key }, request) => {
    const value = textMember("Value", parseBody(request.body));
    return write(stores, limits, arn, request, [{ key, value }]);
  },
  DeleteKey: (stores, limits, { arn, key }, request) =>
    write(stores, limits, arn, request, [{ key, value: undefined }]),
  UpdateKeys: (stores, limits, { arn }, request) => {
    const { Puts, Deletes } = parseBody(request.body);
    const puts = listMember("Puts", Puts).map(put => ({
      key: textMember("Key", put),
      value: textMember("Value", put),
    }));
    const deletes = listMember("Deletes", Deletes).map(item => ({
      key: textMember("Key", item),
      value: undefined,
    }));
    return write(stores, limits, arn, request, [...puts, ...deletes]);
  },
} satisfies Record<OperationName, Operation>;

function write(
  stores: Stores,
  limits: StoreLimits,
  arn: string,
  request: Request,
  changes: readonly Change[],
): Answer {
  stores.describe(arn);
  if (request.ifMatch === undefined || request.ifMatch === "") throw invalid("If-Match must be provided");
  checkChanges(changes, limits);
  const state = stores.apply(arn, request.ifMatch, changes);
  return { etag: state.etag, body: sizes(state) };
}

function sizes(state: StoreState) {
  return { ItemCount: state.itemCount, TotalSizeInBytes: state.totalSizeBytes };
}

function pageSize(given: string | null, limits: StoreLimits): number {
  if (given === null) return 10;
  const size = Number(given);
  if (!/^\d+$/.test(given) || size < 1 || size > limits.maxPageSize) {
    throw invalid(`MaxResults must be between 1 and ${limits.maxPageSize}`);
  }
  return size;
}

function writeToken(key: string): string {
  return Buffer.from(JSON.stringify({ after: key })).toString("base64url");
}

function readToken(token: string | null): string {
  if (token === null) return "";
  const { after }: JsonRecord = jsonRecord(Buffer.from(token, "base64url")) ?? {};
  if (typeof after !== "string" || after === "") throw invalid("NextToken is not valid");
  return after;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid("The request path is not valid");
  }
}
