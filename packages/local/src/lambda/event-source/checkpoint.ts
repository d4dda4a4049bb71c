// How far each mapping has come in each shard, on disk so that a restart continues there.
import { join } from "node:path";
import { openDatabase } from "../../wire/database.ts";

export type Checkpoint = {
  readonly shardId: string;
  /** The last record dealt with; undefined stands before the shard's first. */
  readonly sequenceNumber: string | undefined;
  /** The shard is closed and read to its end: its children may be read. */
  readonly finished: boolean;
};

export type Checkpoints = {
  readonly list: (mapping: string) => ReadonlyMap<string, Checkpoint>;
  /** Writes all or none: a LATEST mapping must not start with half of its positions. */
  readonly save: (mapping: string, checkpoints: readonly Checkpoint[]) => void;
  readonly close: () => void;
};

const schema = `CREATE TABLE IF NOT EXISTS checkpoint (
  mapping TEXT NOT NULL, shard_id TEXT NOT NULL, sequence_number TEXT, finished INTEGER NOT NULL,
  PRIMARY KEY (mapping, shard_id)
)`;

type Row = { readonly shard_id: string; readonly sequence_number: string | null; readonly finished: number };

/** One for all mappings of a stack. Undefined keeps the positions in memory only. */
export function openCheckpoints(stateDirectory: string | undefined): Checkpoints {
  const path = stateDirectory === undefined ? ":memory:" : join(stateDirectory, "event-source.sqlite");
  const database = openDatabase(path, schema);
  const select = database.prepare("SELECT * FROM checkpoint WHERE mapping = ?");
  const upsert = database.prepare("INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?)");
  return {
    list: mapping => {
      // The columns are those of `schema`, which this file alone writes.
      const rows = select.all(mapping) as unknown as Row[];
      return new Map(rows.map(row => [row.shard_id, fromRow(row)]));
    },
    save: (mapping, checkpoints) => {
      database.exec("BEGIN IMMEDIATE");
      for (const { shardId, sequenceNumber, finished } of checkpoints) {
        upsert.run(mapping, shardId, sequenceNumber ?? null, finished ? 1 : 0);
      }
      database.exec("COMMIT");
    },
    close: () => database.close(),
  };
}

function fromRow(row: Row): Checkpoint {
  return {
    shardId: row.shard_id,
    sequenceNumber: row.sequence_number ?? undefined,
    finished: row.finished === 1,
  };
}
