// The origin certificate's row on DynamoDB Local: what is written comes back, and two writers never overwrite each other.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dynamoOriginRegistry } from "#aws/registry/origin-registry.ts";
import type { AuditRecord } from "#core/audit.ts";
import { noOriginState, type OriginState } from "#core/rotation/origin-state.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { aSerial } from "#support/records.ts";
import { startTestRegistry, type TestRegistry } from "#support/registry-table.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

const audit: AuditRecord = {
  subject: "origin-certificate",
  action: "origin_certificate.importing",
  actor: "job:test",
  requestId: "run-1",
  at: noon,
  facts: {},
};
const certificate = {
  serial: aSerial("5a"),
  sha256: "ab".repeat(32),
  notBefore: noon,
  notAfter: fromNoon(1_000),
};
const lease = { id: "run-1", leaseUntil: fromNoon(2_000) };

test.each<[string, Omit<OriginState, "version">]>([
  ["nothing yet", { retiring: [] }],
  ["a live certificate", { current: certificate, retiring: [] }],
  ["a rotation that has started", { retiring: [], rotation: { ...lease, step: "started" } }],
  ["one that has asked", { retiring: [], rotation: { ...lease, step: "asked", serial: aSerial("5b") } }],
  [
    "one that is importing",
    {
      current: certificate,
      rotation: { ...lease, step: "importing", candidate: { ...certificate, serial: aSerial("5b") } },
      retiring: [{ serial: aSerial("59"), reason: "superseded", after: fromNoon(3_000) }],
    },
  ],
])("%s is read as it was written", async (_name, state) => {
  const origin = dynamoOriginRegistry(await registry.table());
  expect(await origin.read()).toBeUndefined();
  await origin.save({ ...state, version: 0 }, []);
  expect(await origin.read()).toEqual({ ...state, version: 1 });
});

test("only the writer that knows the latest version writes, and with it its audit record", async () => {
  const table = await registry.table();
  const origin = dynamoOriginRegistry(table);
  const first = await origin.save(noOriginState, [audit]);
  expect(first?.version).toBe(1);
  expect(await origin.save(noOriginState, [{ ...audit, requestId: "run-2" }])).toBeUndefined();
  expect((await origin.save({ retiring: [], version: 1 }, []))?.version).toBe(2);
  expect(await origin.save({ retiring: [], version: 1 }, [{ ...audit, requestId: "run-3" }])).toBeUndefined();
  const { Items } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": "AUDIT#origin-certificate" },
    }),
  );
  expect(Items?.map(({ requestId }) => requestId)).toEqual(["run-1"]);
});
