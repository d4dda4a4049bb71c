// Audit reports asked for, and what became of them. The reports themselves are in S3.
import type { DatabaseSync } from "node:sqlite";

type ReportStatus = "CREATING" | "SUCCESS" | "FAILED";

export type Report = {
  readonly id: string;
  /** Id of the CA. */
  readonly authority: string;
  readonly bucket: string;
  readonly key: string;
  readonly status: ReportStatus;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
};

export type ReportStore = {
  readonly save: (report: Report) => void;
  readonly find: (authority: string, id: string) => Report | undefined;
  /** The newest one that did not fail. */
  readonly latest: (authority: string) => Report | undefined;
};

export function reportStore(database: DatabaseSync): ReportStore {
  const save = database.prepare(
    "INSERT OR REPLACE INTO report (id, authority, bucket, key, status, created_at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const find = database.prepare("SELECT * FROM report WHERE authority = ? AND id = ?");
  const latest = database.prepare(
    "SELECT * FROM report WHERE authority = ? AND status <> 'FAILED' ORDER BY created_at DESC LIMIT 1",
  );
  // A report that was being written when the server was killed will never be finished.
  database.exec("UPDATE report SET status = 'FAILED' WHERE status = 'CREATING'");
  return {
    save: item => {
      save.run(item.id, item.authority, item.bucket, item.key, item.status, item.createdAt);
    },
    find: (authority, id) => toReport(find.get(authority, id)),
    latest: authority => toReport(latest.get(authority)),
  };
}

function toReport(row: Readonly<Record<string, unknown>> | undefined): Report | undefined {
  if (row === undefined) return undefined;
  const status = row["status"];
  return {
    id: String(row["id"]),
    authority: String(row["authority"]),
    bucket: String(row["bucket"]),
    key: String(row["key"]),
    status: status === "SUCCESS" || status === "FAILED" ? status : "CREATING",
    createdAt: Number(row["created_at"]),
  };
}
