// The acknowledged content of every KeyValueStore of the account: one SQLite file, all-or-nothing writes guarded by
// the store's ETag. What an edge location sees of it is in replica.ts.
import { randomBytes, randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { AwsError } from "../wire/aws-json.ts";
import type { Clock } from "../wire/clock.ts";
import { inTransaction, openDatabase } from "../wire/database.ts";
import { type Change, invalid, type StoreLimits, sizeOf } from "./limits.ts";

/** Two stale If-Match answers are on record: the API model's 409, and the 400 that clients in production handle. */
export type StaleAnswer = "validation" | "conflict";

export type StoreState = {
  readonly arn: string;
  readonly etag: string;
  readonly itemCount: number;
  readonly totalSizeBytes: number;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
};

export type Item = { readonly key: string; readonly value: string };
export type Commit = { readonly state: StoreState; readonly changes: readonly Change[] };

export type Stores = {
  /** Creates the store, or finds the one that already has this name; answers its ARN. */
  readonly create: (name: string) => string;
  /** Throws ResourceNotFoundException, as every function below that takes an ARN. */
  readonly describe: (arn: string) => StoreState;
  readonly read: (arn: string, key: string) => string | undefined;
  /** At most `count` items in key order, after the key `after`. */
  readonly list: (arn: string, after: string, count: number) => readonly Item[];
  readonly all: (arn: string) => readonly Item[];
  /** Applies all changes or none. Throws ValidationException or ConflictException (stale), ServiceQuotaExceededException. */
  readonly apply: (arn: string, ifMatch: string, changes: readonly Change[]) => StoreState;
  readonly close: () => void;
};

export type StoresOptions = {
  readonly path: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly limits: StoreLimits;
  readonly staleAnswer: StaleAnswer;
  readonly onCommit: (commit: Commit) => void;
};

const schema = `
  CREATE TABLE IF NOT EXISTS store (
    arn TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, etag TEXT NOT NULL, itemCount INTEGER NOT NULL,
    totalSizeBytes INTEGER NOT NULL, createdAtMs INTEGER NOT NULL, modifiedAtMs INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS item (
    arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (arn, key)) WITHOUT ROWID;
`;

export function openStores(options: StoresOptions): Stores {
  const database = openDatabase(options.path, schema);
  const describe = stateReader(database);
  const item = database.prepare("SELECT value FROM item WHERE arn = ? AND key = ?");
  const page = database.prepare("SELECT key, value FROM item WHERE arn = ? AND key > ? ORDER BY key LIMIT ?");
  // The rows below have the columns that their SELECT names, all NOT NULL TEXT.
  const read = (arn: string, key: string) => (item.get(arn, key) as { value: string } | undefined)?.value;
  return {
    create: name => createStore(database, options, name),
    describe,
    read,
    list: (arn, after, count) => page.all(arn, after, count) as unknown as readonly Item[],
    all: arn => page.all(arn, "", -1) as unknown as readonly Item[],
    apply: applier(database, options, { describe, read }),
    close: () => database.close(),
  };
}

function createStore(database: DatabaseSync, { accountId, clock }: StoresOptions, name: string): string {
  // The row has the column that the SELECT names, NOT NULL TEXT.
  const existing = database.prepare("SELECT arn FROM store WHERE name = ?").get(name) as
    | { arn: string }
    | undefined;
  if (existing !== undefined) return existing.arn;
  const arn = `arn:aws:cloudfront::${accountId}:key-value-store/${randomUUID()}`;
  const nowMs = clock.now().getTime();
  database.prepare("INSERT INTO store VALUES (?, ?, ?, 0, 0, ?, ?)").run(arn, name, newEtag(), nowMs, nowMs);
  return arn;
}

function stateReader(database: DatabaseSync): Stores["describe"] {
  const select = database.prepare(
    "SELECT arn, etag, itemCount, totalSizeBytes, createdAtMs, modifiedAtMs FROM store WHERE arn = ?",
  );
  return arn => {
    const row = select.get(arn);
    if (row === undefined) throw new AwsError("ResourceNotFoundException", "Key value store not found", 404);
    return row as unknown as StoreState; // The columns are the members, by name and type.
  };
}

type ItemReader = Pick<Stores, "describe" | "read">;

function applier(database: DatabaseSync, options: StoresOptions, reader: ItemReader): Stores["apply"] {
  const writeItems = itemWriter(database, options.limits, reader);
  const update = database.prepare(
    "UPDATE store SET etag = ?, itemCount = ?, totalSizeBytes = ?, modifiedAtMs = ? WHERE arn = ?",
  );
  return (arn, ifMatch, changes) => {
    const state = reader.describe(arn);
    if (ifMatch !== state.etag) throw staleEtag(options.staleAnswer);
    const next = inTransaction(database, () => {
      const modifiedAtMs = options.clock.now().getTime();
      const written = { ...state, ...writeItems(state, changes), etag: newEtag(), modifiedAtMs };
      update.run(written.etag, written.itemCount, written.totalSizeBytes, modifiedAtMs, arn);
      return written;
    });
    options.onCommit({ state: next, changes });
    return next;
  };
}

type Totals = Pick<StoreState, "itemCount" | "totalSizeBytes">;

function itemWriter(database: DatabaseSync, limits: StoreLimits, { read }: ItemReader) {
  const put = database.prepare("INSERT OR REPLACE INTO item VALUES (?, ?, ?)");
  const remove = database.prepare("DELETE FROM item WHERE arn = ? AND key = ?");
  return (state: StoreState, changes: readonly Change[]): Totals => {
    let { itemCount, totalSizeBytes } = state;
    for (const { key, value } of changes) {
      const old = read(state.arn, key);
      if (old !== undefined) {
        itemCount -= 1;
        totalSizeBytes -= sizeOf(key, old);
      }
      if (value === undefined) {
        remove.run(state.arn, key);
        continue;
      }
      itemCount += 1;
      totalSizeBytes += sizeOf(key, value);
      put.run(state.arn, key, value);
    }
    // After the whole call: one that frees as much as it takes passes, in whatever order.
    if (totalSizeBytes > limits.maxStoreBytes) {
      throw new AwsError("ServiceQuotaExceededException", "The key value store size limit is exceeded", 402);
    }
    return { itemCount, totalSizeBytes };
  };
}

function staleEtag(answer: StaleAnswer): AwsError {
  return answer === "conflict"
    ? new AwsError("ConflictException", "Resource is not in expected state.", 409)
    : invalid("Pre-Condition failed");
}

/** Opaque to clients; the prefix and length are those of CloudFront's own. */
function newEtag(): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
  return `KV${[...randomBytes(13)].map(byte => alphabet[byte % 32]).join("")}`;
}
