// The CAs: one immutable record each, in memory and written through to the database.
import type { DatabaseSync } from "node:sqlite";
import { AwsError } from "../../wire/aws-json.ts";
import type { Clock } from "../../wire/clock.ts";
import { parseAuthorityArn } from "../arn.ts";
import type { AuthorityConfiguration, RevocationConfiguration, Tag } from "../input/authority.ts";

export type AuthorityStatus =
  | "CREATING"
  | "PENDING_CERTIFICATE"
  | "ACTIVE"
  | "DISABLED"
  | "EXPIRED"
  | "FAILED"
  | "DELETED";

/** All times are milliseconds since 1970, so that a record is plain JSON. */
export type Authority = {
  readonly id: string;
  readonly arn: string;
  readonly type: "ROOT" | "SUBORDINATE";
  readonly usageMode: "GENERAL_PURPOSE" | "SHORT_LIVED_CERTIFICATE";
  readonly configuration: AuthorityConfiguration;
  readonly revocation: RevocationConfiguration;
  readonly keyStorage: string;
  readonly tags: readonly Tag[];
  readonly token?: string | undefined;
  readonly createdAt: number;
  readonly changedAt: number;
  /** As recorded; `statusAt` tells what it amounts to at a time. */
  readonly status: Exclude<AuthorityStatus, "EXPIRED" | "DELETED">;
  /** PKCS #8 and PKCS #10, PEM. Absent while the key is being made. */
  readonly key?: { readonly privateKey: string; readonly request: string } | undefined;
  /** The imported CA certificate. `chain` is absent for a root. */
  readonly installed?: InstalledCertificate | undefined;
  readonly restorableUntil?: number | undefined;
};

type InstalledCertificate = {
  readonly certificate: string;
  readonly chain?: string | undefined;
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
};

export function statusAt(authority: Authority, now: Date): AuthorityStatus {
  if (authority.restorableUntil !== undefined) return "DELETED";
  const end = authority.installed?.notAfter;
  return authority.status === "ACTIVE" && end !== undefined && now.getTime() > end
    ? "EXPIRED"
    : authority.status;
}

export type AuthorityStore = {
  readonly save: (authority: Authority) => Authority;
  readonly remove: (authority: Authority) => void;
  /** Throws InvalidArnException or ResourceNotFoundException. */
  readonly get: (arn: string) => Authority;
  /** In order of creation. */
  readonly all: () => readonly Authority[];
};

export function authorityStore(database: DatabaseSync, clock: Clock): AuthorityStore {
  const save = database.prepare(
    "INSERT INTO authority (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
  );
  const remove = database.prepare("DELETE FROM authority WHERE id = ?");
  const rows = database.prepare("SELECT record FROM authority ORDER BY rowid").all();
  // The rows were written by `save` below, and by nothing else.
  const stored = rows.map(row => JSON.parse(String(row["record"])) as Authority);
  const records = new Map(stored.map(authority => [authority.id, authority]));
  // Once its restoration period is over, a deleted CA is gone.
  const exists = (authority: Authority): boolean =>
    authority.restorableUntil === undefined || clock.now().getTime() < authority.restorableUntil;
  return {
    save: authority => {
      save.run(authority.id, JSON.stringify(authority));
      records.set(authority.id, authority);
      return authority;
    },
    remove: ({ id }) => {
      remove.run(id);
      records.delete(id);
    },
    get: arn => {
      const authority = records.get(parseAuthorityArn(arn));
      if (authority === undefined || authority.arn !== arn || !exists(authority)) {
        throw new AwsError("ResourceNotFoundException", `Could not find certificate authority ${arn}.`);
      }
      return authority;
    },
    all: () => [...records.values()].filter(exists),
  };
}
