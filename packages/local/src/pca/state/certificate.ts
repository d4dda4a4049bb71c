// Every certificate any CA here ever issued, with its revocation. Rows are only ever added and revoked.
import type { DatabaseSync } from "node:sqlite";
import { certificateArn } from "../arn.ts";

export type IssuedCertificate = {
  /** 32 lower-case hexadecimal digits. */
  readonly serial: string;
  readonly token: string | undefined;
  /** Times are milliseconds since 1970. */
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly notAfter: number;
  /** RFC 2253 text. */
  readonly subject: string;
  readonly template: string;
  readonly selfSigned: boolean;
  readonly pem: string;
  readonly revokedAt: number | undefined;
  readonly reason: string | undefined;
};

/** One line of the CA's own truth, for tests to compare a registry with. */
export type LedgerEntry = {
  readonly caArn: string;
  readonly certificateArn: string;
  readonly serial: string;
  readonly subject: string;
  readonly idempotencyToken: string | undefined;
  readonly issuedAt: Date;
  readonly revokedAt: Date | undefined;
  readonly reason: string | undefined;
};

export type CertificateStore = {
  readonly add: (authority: string, certificate: IssuedCertificate) => void;
  readonly find: (authority: string, serial: string) => IssuedCertificate | undefined;
  /** The newest certificate issued under `token` after `since` (milliseconds, exclusive). */
  readonly findByToken: (authority: string, token: string, since: number) => string | undefined;
  readonly revoke: (authority: string, serial: string, revokedAt: number, reason: string) => void;
  readonly counts: (authority: string) => { readonly issued: number; readonly revoked: number };
  /** In order of issuance. */
  readonly of: (authority: string) => readonly IssuedCertificate[];
  /** Of every CA there ever was, in order of issuance. */
  readonly ledger: (arnOf: (authority: string) => string) => readonly LedgerEntry[];
};

export function certificateStore(database: DatabaseSync): CertificateStore {
  const add = database.prepare(
    `INSERT INTO certificate (authority, serial, token, issued_at, not_before, not_after, subject, template, self_signed, pem)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const find = database.prepare("SELECT * FROM certificate WHERE authority = ? AND serial = ?");
  const byToken = database.prepare(
    "SELECT serial FROM certificate WHERE authority = ? AND token = ? AND issued_at > ? ORDER BY number DESC LIMIT 1",
  );
  const revoke = database.prepare(
    "UPDATE certificate SET revoked_at = ?, reason = ? WHERE authority = ? AND serial = ?",
  );
  const of = database.prepare("SELECT * FROM certificate WHERE authority = ? ORDER BY number");
  const all = database.prepare("SELECT * FROM certificate ORDER BY number");
  const counts = runningCounts(database);
  return {
    add: (authority, item) => {
      const { serial, token = null, issuedAt, notBefore, notAfter, subject, template, pem } = item;
      const selfSigned = item.selfSigned ? 1 : 0;
      add.run(authority, serial, token, issuedAt, notBefore, notAfter, subject, template, selfSigned, pem);
      counts.of(authority).issued += 1;
    },
    find: (authority, serial) => {
      const row = find.get(authority, serial);
      return row === undefined ? undefined : toCertificate(row);
    },
    findByToken: (authority, token, since) => textOf(byToken.get(authority, token, since)?.["serial"]),
    revoke: (authority, serial, revokedAt, reason) => {
      revoke.run(revokedAt, reason, authority, serial);
      counts.of(authority).revoked += 1;
    },
    counts: authority => counts.of(authority),
    of: authority => of.all(authority).map(toCertificate),
    ledger: arnOf => all.all().map(row => toLedgerEntry(arnOf(String(row["authority"])), toCertificate(row))),
  };
}

/** Counted once at start: a COUNT over a million rows has no place in each issuance. */
function runningCounts(database: DatabaseSync) {
  const rows = database
    .prepare(
      "SELECT authority, COUNT(*) AS issued, COUNT(revoked_at) AS revoked FROM certificate GROUP BY authority",
    )
    .all();
  const counts = new Map(
    rows.map(row => [
      String(row["authority"]),
      { issued: Number(row["issued"]), revoked: Number(row["revoked"]) },
    ]),
  );
  return {
    of: (authority: string) => {
      const known = counts.get(authority) ?? { issued: 0, revoked: 0 };
      counts.set(authority, known);
      return known;
    },
  };
}

function toCertificate(row: Readonly<Record<string, unknown>>): IssuedCertificate {
  return {
    serial: String(row["serial"]),
    token: textOf(row["token"]),
    issuedAt: Number(row["issued_at"]),
    notBefore: Number(row["not_before"]),
    notAfter: Number(row["not_after"]),
    subject: String(row["subject"]),
    template: String(row["template"]),
    selfSigned: row["self_signed"] === 1,
    pem: String(row["pem"]),
    revokedAt: row["revoked_at"] === null ? undefined : Number(row["revoked_at"]),
    reason: textOf(row["reason"]),
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function toLedgerEntry(caArn: string, item: IssuedCertificate): LedgerEntry {
  return {
    caArn,
    certificateArn: certificateArn(caArn, item.serial),
    serial: item.serial,
    subject: item.subject,
    idempotencyToken: item.token,
    issuedAt: new Date(item.issuedAt),
    revokedAt: item.revokedAt === undefined ? undefined : new Date(item.revokedAt),
    reason: item.reason,
  };
}
