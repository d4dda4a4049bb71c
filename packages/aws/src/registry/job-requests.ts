// Requests for runs of jobs: an audit record, and an outbox row whose event the bus takes to the job's function.
import type { JobRequests } from "#core/job/request-job.ts";
import { sha256Fields } from "#core/sha256.ts";
import { type RegistryTable, transact } from "./client.ts";
import { putAudit, putOutbox } from "./side-rows.ts";

export function dynamoJobRequests(table: RegistryTable): JobRequests {
  return {
    recordRequest: async (audit, event) => {
      const id = await sha256Fields(audit.subject, audit.requestId);
      // Refused by its audit record, which is there: then so is, or was, the event.
      await transact(table, [putAudit(table, audit), putOutbox(table, id, audit.at, event)]);
    },
  };
}
