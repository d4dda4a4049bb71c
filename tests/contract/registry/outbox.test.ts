// Rows of the outbox on DynamoDB: those whose events were sent go, all at once, and no other.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RegistryTable } from "#aws/registry/client.ts";
import { deleteOutboxRows, putOutboxEvent } from "#aws/registry/outbox.ts";
import { keys, outboxShards } from "#aws/registry/table.ts";
import type { OutboxEvent } from "#core/event/relay.ts";
import { noon } from "#support/fixed-time.ts";
import { rowsOf, startTestRegistry, type TestRegistry } from "#support/registry-table.ts";

let registry: TestRegistry;
let table: RegistryTable;
beforeAll(async () => {
  registry = await startTestRegistry();
  table = await registry.table();
});
afterAll(() => registry?.stop());

async function outbox(): Promise<readonly OutboxEvent[]> {
  const shards = Array.from({ length: outboxShards }, (_, shard) => keys.outbox(shard, "").pk);
  const rows = await Promise.all(shards.map(pk => rowsOf(table, pk)));
  return rows.flat().map(({ pk, sk }) => ({
    key: { pk: String(pk), sk: String(sk) },
    at: noon,
    detailType: "Edge Drift Detected",
    detail: "{}",
  }));
}

async function putEvents(count: number): Promise<void> {
  for (let run = 0; run < count; run += 1) {
    await putOutboxEvent(table, { detailType: "Edge Drift Detected", detail: {} }, `run-${run}`, noon);
  }
}

it("the rows of the events that were sent are deleted, and the others stay", async () => {
  await putEvents(12);
  const [kept, ...sent] = await outbox();
  await deleteOutboxRows(table, sent);
  expect(await outbox()).toEqual([kept]);
});

it("a row that is gone, or that a batch delivered again holds twice, stands in nobody's way", async () => {
  await putEvents(3);
  const all = await outbox();
  await deleteOutboxRows(table, [...all, ...all]);
  await deleteOutboxRows(table, all);
  expect(await outbox()).toEqual([]);
});
