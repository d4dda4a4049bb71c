// Deliveries that are still owed, in SQLite: a kill between PutEvents and the target loses none of them.
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../wire/clock.ts";
import type { EventEnvelope } from "../envelope.ts";
import type { Target } from "../input.ts";
import type { ExhaustedCondition, Failure } from "./outcome.ts";

export type NewDelivery = {
  readonly ruleArn: string;
  readonly target: Target;
  readonly event: EventEnvelope;
};

/** Why the target is no longer tried; the delivery then only waits to be taken by the dead-letter queue. */
export type GivenUp = { readonly failure: Failure; readonly condition: ExhaustedCondition | undefined };

export type Delivery = NewDelivery & {
  readonly id: number;
  readonly acceptedAtMs: number;
  readonly attempts: number;
  readonly givenUp: GivenUp | undefined;
};

export type DeliveryQueue = ReturnType<typeof openDeliveryQueue>;

export const deliverySchema = `
  CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, ruleArn TEXT NOT NULL, target TEXT NOT NULL, event TEXT NOT NULL,
    acceptedAtMs INTEGER NOT NULL, dueAtMs INTEGER NOT NULL, attempts INTEGER NOT NULL, givenUp TEXT);
  CREATE INDEX IF NOT EXISTS deliveryDue ON delivery (dueAtMs, id);
`;

export function openDeliveryQueue(database: DatabaseSync, clock: Clock) {
  const insert = database.prepare(
    "INSERT INTO delivery (ruleArn, target, event, acceptedAtMs, dueAtMs, attempts) VALUES (?, ?, ?, ?, ?, 0)",
  );
  const due = database.prepare("SELECT id FROM delivery WHERE dueAtMs <= ? ORDER BY dueAtMs, id LIMIT ?");
  const one = database.prepare("SELECT * FROM delivery WHERE id = ?");
  const next = database.prepare("SELECT dueAtMs FROM delivery WHERE dueAtMs > ? ORDER BY dueAtMs LIMIT 1");
  const remove = database.prepare("DELETE FROM delivery WHERE id = ?");
  const postpone = database.prepare(
    "UPDATE delivery SET dueAtMs = ?, attempts = ?, givenUp = ? WHERE id = ?",
  );
  return {
    /** Due at once. */
    add: ({ ruleArn, target, event }: NewDelivery): void => {
      const nowMs = clock.now().getTime();
      insert.run(ruleArn, JSON.stringify(target), JSON.stringify(event), nowMs, nowMs);
    },
    /** The ids of those that are due, the longest due first. */
    due: (nowMs: number, count: number): readonly number[] =>
      due.all(nowMs, count).map(({ id }) => Number(id)),
    read: (id: number): Delivery | undefined => {
      const row = one.get(id);
      return row === undefined ? undefined : toDelivery(row);
    },
    nextDueMs: (nowMs: number): number | undefined => {
      const row = next.get(nowMs) as { dueAtMs: number } | undefined; // The one column of the SELECT.
      return row?.dueAtMs;
    },
    done: (id: number): void => void remove.run(id),
    postpone: (id: number, dueAtMs: number, attempts: number, givenUp: GivenUp | undefined): void =>
      void postpone.run(dueAtMs, attempts, givenUp === undefined ? null : JSON.stringify(givenUp), id),
  };
}

type Row = {
  id: number;
  ruleArn: string;
  target: string;
  event: string;
  acceptedAtMs: number;
  attempts: number;
  givenUp: string | null;
};

function toDelivery(columns: Record<string, unknown>): Delivery {
  // The columns of the schema above; its JSON was written by this file from the types named here.
  const row = columns as Row;
  return {
    id: row.id,
    ruleArn: row.ruleArn,
    target: JSON.parse(row.target) as Target,
    event: JSON.parse(row.event) as EventEnvelope,
    acceptedAtMs: row.acceptedAtMs,
    attempts: row.attempts,
    givenUp: row.givenUp === null ? undefined : (JSON.parse(row.givenUp) as GivenUp),
  };
}
