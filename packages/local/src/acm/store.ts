// The imported certificates with their keys, on disk, and who is told when one is replaced.
import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { AwsError } from "../wire/aws-json.ts";
import { inTransaction } from "../wire/database.ts";
import type { Tag } from "./input.ts";

export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS certificate (id TEXT PRIMARY KEY, record TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS import (at INTEGER NOT NULL);
`;

/** Times are milliseconds since 1970, PEM is as it was sent. */
export type StoredCertificate = {
  readonly id: string;
  readonly certificate: string;
  readonly privateKey: string;
  readonly chain?: string | undefined;
  readonly tags: readonly Tag[];
  readonly createdAt: number;
  readonly importedAt: number;
};

export type CertificateStore = {
  /** Counts as one import. */
  readonly save: (certificate: StoredCertificate) => void;
  readonly remove: (id: string) => void;
  /** Throws InvalidArnException or ResourceNotFoundException. */
  readonly get: (arn: string) => StoredCertificate;
  readonly all: () => readonly StoredCertificate[];
  readonly importsSince: (at: Date) => number;
  readonly arnOf: (id: string) => string;
};

export const newCertificateId = (): string => randomUUID();

export function certificateStore(
  database: DatabaseSync,
  account: { readonly accountId: string; readonly region: string },
): CertificateStore {
  const prefix = `arn:aws:acm:${account.region}:${account.accountId}:certificate/`;
  const put = database.prepare(
    "INSERT INTO certificate (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
  );
  const logImport = database.prepare("INSERT INTO import (at) VALUES (?)");
  const countImports = database.prepare("SELECT count(*) AS imports FROM import WHERE at > ?");
  const remove = database.prepare("DELETE FROM certificate WHERE id = ?");
  const rows = database.prepare("SELECT record FROM certificate ORDER BY rowid").all();
  // The rows were written by `save` below, and by nothing else.
  const stored = rows.map(row => JSON.parse(String(row["record"])) as StoredCertificate);
  const records = new Map(stored.map(certificate => [certificate.id, certificate]));
  return {
    save: certificate => {
      inTransaction(database, () => {
        put.run(certificate.id, JSON.stringify(certificate));
        logImport.run(certificate.importedAt);
      });
      records.set(certificate.id, certificate);
    },
    remove: id => {
      remove.run(id);
      records.delete(id);
    },
    get: arn => {
      const id = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/([\w-]{1,64})$/.exec(arn)?.[1];
      if (id === undefined) throw new AwsError("InvalidArnException", `The ARN ${arn} is no certificate's.`);
      const certificate = records.get(id);
      if (certificate === undefined || prefix + id !== arn) {
        throw new AwsError("ResourceNotFoundException", `Could not find certificate ${arn}.`);
      }
      return certificate;
    },
    all: () => [...records.values()],
    importsSince: at => Number(countImports.get(at.getTime())?.["imports"] ?? 0),
    arnOf: id => prefix + id,
  };
}
