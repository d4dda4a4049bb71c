// The server's one SQLite file. It holds the CA's private keys, so nobody else on the machine may read it.
import type { DatabaseSync } from "node:sqlite";
import { openPrivateDatabase } from "../../wire/database.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS authority (id TEXT PRIMARY KEY, record TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS certificate (
    number INTEGER PRIMARY KEY,
    authority TEXT NOT NULL,
    serial TEXT NOT NULL,
    token TEXT,
    issued_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    subject TEXT NOT NULL,
    template TEXT NOT NULL,
    self_signed INTEGER NOT NULL,
    pem TEXT NOT NULL,
    revoked_at INTEGER,
    reason TEXT,
    UNIQUE (authority, serial)
  );
  CREATE INDEX IF NOT EXISTS certificate_by_token ON certificate (authority, token, issued_at) WHERE token IS NOT NULL;
  CREATE TABLE IF NOT EXISTS report (
    id TEXT PRIMARY KEY,
    authority TEXT NOT NULL,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL
  );
`;

/** Opens the file in `stateDirectory` (made private to the user), or a database in memory. */
export function openState(stateDirectory: string | undefined): DatabaseSync {
  return openPrivateDatabase(stateDirectory, "acm-pca.sqlite", SCHEMA);
}
