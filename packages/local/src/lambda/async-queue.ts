// The rows of Lambda's asynchronous queue, on disk so that a kill loses no accepted invocation.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { openDatabase } from "../wire/database.ts";

export type QueuedInvocation = {
  readonly id: string;
  readonly functionName: string;
  /** JSON text. */
  readonly payload: string;
  readonly acceptedMs: number;
  /** Times the function was called so far. */
  readonly attempts: number;
};

export type AsyncQueue = {
  readonly add: (functionName: string, payload: string, nowMs: number) => string;
  readonly due: (nowMs: number) => readonly QueuedInvocation[];
  readonly postpone: (id: string, dueMs: number, attempts: number) => void;
  readonly remove: (id: string) => void;
  readonly close: () => void;
};

const schema = `CREATE TABLE IF NOT EXISTS invocation (
  id TEXT PRIMARY KEY, function_name TEXT NOT NULL, payload TEXT NOT NULL,
  accepted_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL
)`;
const selectDue = `SELECT id, function_name AS functionName, payload, accepted_ms AS acceptedMs, attempts
  FROM invocation WHERE due_ms <= ? ORDER BY due_ms`;

/** Undefined keeps the queue in memory only. */
export function openAsyncQueue(stateDirectory: string | undefined): AsyncQueue {
  const path = stateDirectory === undefined ? ":memory:" : join(stateDirectory, "lambda.sqlite");
  const database = openDatabase(path, schema);
  const insert = database.prepare("INSERT INTO invocation VALUES (?, ?, ?, ?, ?, 0)");
  const due = database.prepare(selectDue);
  const postpone = database.prepare("UPDATE invocation SET due_ms = ?, attempts = ? WHERE id = ?");
  const remove = database.prepare("DELETE FROM invocation WHERE id = ?");
  return {
    add: (functionName, payload, nowMs) => {
      const id = randomUUID();
      insert.run(id, functionName, payload, nowMs, nowMs);
      return id;
    },
    // The columns are those of `schema`, which this file alone writes.
    due: nowMs => due.all(nowMs) as unknown as QueuedInvocation[],
    postpone: (id, dueMs, attempts) => void postpone.run(dueMs, attempts, id),
    remove: id => void remove.run(id),
    close: () => database.close(),
  };
}
