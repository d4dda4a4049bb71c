// State on disk for the local servers: one SQLite file each, so that a kill loses nothing that was acknowledged.
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Opens (or creates) the file and runs `schema`, which must be idempotent (`CREATE TABLE IF NOT EXISTS …`). */
export function openDatabase(path: string, schema: string): DatabaseSync {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(path);
  // WAL with NORMAL keeps every commit across a process kill; only a power loss may cost the last ones.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  database.exec(schema);
  return database;
}

/** For a file with private keys in it: nobody else on the machine may read it. In memory without a directory. */
export function openPrivateDatabase(
  directory: string | undefined,
  fileName: string,
  schema: string,
): DatabaseSync {
  if (directory === undefined) return openDatabase(":memory:", schema);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const path = join(directory, fileName);
  // SQLite gives its journal files the mode of the database file, so the file is made first.
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  return openDatabase(path, schema);
}

/** Runs `work` as one write transaction: all of it is kept, or, when it throws, nothing. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite itself rolls back on some errors, such as a full disk.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
