// Trust stores on disk: what is active, and what is on its way. Time alone makes a pending bundle active or failed, so
// the status is worked out from the clock and survives a restart.
import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { CloudFrontError } from "./error.ts";

export const SCHEMA = "CREATE TABLE IF NOT EXISTS trust_store (id TEXT PRIMARY KEY, record TEXT NOT NULL);";

export type Bundle = { readonly pem: string; readonly certificates: number; readonly ocsp: boolean };

/** Times are milliseconds since 1970. */
export type TrustStoreRecord = {
  readonly id: string;
  readonly name: string;
  readonly etag: string;
  readonly lastModified: number;
  /** Undefined until the first one has become active. */
  readonly active?: Bundle | undefined;
  /** Why the last one has not become active; gone with the next update. */
  readonly reason?: string | undefined;
  readonly pending?:
    | (Bundle & { readonly settlesAt: number; readonly fault?: string | undefined })
    | undefined;
};

export type TrustStoreRecords = {
  /** Throws EntityNotFound. */
  readonly get: (id: string) => TrustStoreRecord;
  readonly all: () => readonly TrustStoreRecord[];
  readonly save: (record: TrustStoreRecord) => void;
  readonly remove: (id: string) => void;
};

export const newTrustStoreId = (): string => `ts_${base32(26)}`;
export const newEtag = (): string => `E${base32(13)}`;

function base32(length: number): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
  return [...randomBytes(length)].map(byte => alphabet[byte % 32]).join("");
}

export function trustStoreRecords(database: DatabaseSync): TrustStoreRecords {
  const put = database.prepare(
    "INSERT INTO trust_store (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
  );
  const remove = database.prepare("DELETE FROM trust_store WHERE id = ?");
  const rows = database.prepare("SELECT record FROM trust_store ORDER BY rowid").all();
  // The rows were written by `save` below, and by nothing else.
  const stored = rows.map(row => JSON.parse(String(row["record"])) as TrustStoreRecord);
  const records = new Map(stored.map(record => [record.id, record]));
  return {
    get: id => {
      const record = records.get(id);
      if (record === undefined) throw new CloudFrontError("EntityNotFound", "The entity was not found.", 404);
      return record;
    },
    all: () => [...records.values()],
    save: record => {
      put.run(record.id, JSON.stringify(record));
      records.set(record.id, record);
    },
    remove: id => {
      remove.run(id);
      records.delete(id);
    },
  };
}

/** The record as time has made it; the same object when nothing was due. */
export function settle(record: TrustStoreRecord, nowMs: number): TrustStoreRecord {
  const { pending, ...rest } = record;
  if (pending === undefined || nowMs < pending.settlesAt) return record;
  const { settlesAt: _, fault, ...bundle } = pending;
  // What was active before stays in force when its successor fails.
  return fault === undefined ? { ...rest, active: bundle, reason: undefined } : { ...rest, reason: fault };
}

export function statusOf({ pending, reason }: TrustStoreRecord): "pending" | "active" | "failed" {
  if (pending !== undefined) return "pending";
  return reason === undefined ? "active" : "failed";
}
