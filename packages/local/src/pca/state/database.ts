// The server's one SQLite file. It holds the CA's private keys, so nobody else on the machine may read it.
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../wire/database.ts";

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
  if (stateDirectory === undefined) return openDatabase(":memory:", SCHEMA);
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  chmodSync(stateDirectory, 0o700);
  const path = join(stateDirectory, "acm-pca.sqlite");
  // SQLite gives its journal files the mode of the database file, so the file is made first.
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  return openDatabase(path, SCHEMA);
}
