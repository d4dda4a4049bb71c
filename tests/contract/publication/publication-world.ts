// The registry on DynamoDB Local and the edge store on the real KeyValueStore server, joined by the product's adapters.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { keyValueStore } from "#aws/edge-store/key-value-store.ts";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import { certificatesOfPage } from "#aws/registry/certificates-of-page.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoEdgeStatusRegistry } from "#aws/registry/edge-status-registry.ts";
import { putOutboxEvent } from "#aws/registry/outbox.ts";
import { dynamoPublicationRegistry } from "#aws/registry/publication-registry.ts";
import { listRevokedSerials } from "#aws/registry/revoked-serials.ts";
import { keys } from "#aws/registry/table.ts";
import type { Authority, ManagedAuthority } from "#core/authority/authority.ts";
import type { DeniedSlot, StoreListing } from "#core/publication/ports.ts";
import type { ReconcileDeps } from "#core/publication/reconcile.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import { createRegistryTable } from "#local/cloud/create-table.ts";
import { startDynamoDb } from "#local/cloud/dynamodb.ts";
import type { KeyValueStoreOptions } from "#local/key-value-store/server.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { aForeignAuthority, anAuthority, aSlot } from "#support/records.ts";
import { startSubject } from "../key-value-store/subject.ts";

export function startEngine(): Promise<RunningServer> {
  return startDynamoDb({ port: 0, stateDirectory: undefined });
}

export type World = Awaited<ReturnType<typeof startWorld>>;

let tables = 0;

/** A table and a store of its own on a running engine. The clock is the machine's: DynamoDB Local has no other. */
export async function startWorld(engine: RunningServer, options: Partial<KeyValueStoreOptions> = {}) {
  const client = new DynamoDBClient({
    endpoint: engine.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  tables += 1;
  const tableName = `registry-${tables}`;
  const streamArn = await createRegistryTable(client, tableName);
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const table: RegistryTable = { documents, tableName };
  const subject = await startSubject(options);
  const store = keyValueStore(subject.client, subject.arn, options.limits?.maxStoreBytes);
  const deps: ReconcileDeps = {
    registry: dynamoPublicationRegistry(table),
    store,
    status: dynamoEdgeStatusRegistry(table),
    listRevokedSerials: async id => [...(await listRevokedSerials(table, id)).keys()],
    wait: async () => undefined,
    emit: (event, id, at) => putOutboxEvent(table, event, id, at),
    now: () => new Date(),
  };
  return {
    table,
    streamArn,
    subject,
    deps,
    proveDeps: { ...deps, certificatesOfPage: (page: string) => certificatesOfPage(table, page) },
    addAuthority: (parts: Partial<ManagedAuthority>) => insertAuthority(table, anAuthority(parts)),
    addForeignAuthority: (id: string) => insertAuthority(table, aForeignAuthority({ id })),
    deny: (slot: number, state: DeniedSlot["state"] = "revoked") => deny(table, slot, state),
    contents: async () => new Map((await listed(store.list)).items),
    events: () => outboxEvents(table),
    stop: async () => {
      client.destroy();
      await subject.stop();
    },
  };
}

async function insertAuthority(table: RegistryTable, authority: Authority): Promise<void> {
  await dynamoAuthorityRegistry(table).insertAuthority(authority, {
    subject: authority.id,
    action: "authority.registered",
    actor: "operator:test",
    requestId: "request-1",
    at: new Date(),
    facts: {},
  });
}

const yearMs = 365 * 86_400_000;

/** The row alone, as a revocation's transaction writes it for authority `m1`. */
async function deny(table: RegistryTable, slot: number, state: DeniedSlot["state"]): Promise<void> {
  const page = pageKey("m1", pageOf(aSlot(slot)));
  const now = new Date();
  await table.documents.send(
    new PutCommand({
      TableName: table.tableName,
      Item: {
        ...keys.deniedSlot(page, offsetOf(aSlot(slot))),
        type: "deniedSlot",
        state,
        notAfter: new Date(now.getTime() + yearMs).toISOString(),
        recordedAt: now.toISOString(),
      },
    }),
  );
}

async function listed(list: () => Promise<StoreListing | undefined>): Promise<StoreListing> {
  const listing = await list();
  if (listing === undefined) throw new Error("the store moved while a test was reading it");
  return listing;
}

async function outboxEvents(table: RegistryTable) {
  const { Items } = await table.documents.send(new ScanCommand({ TableName: table.tableName }));
  return (Items ?? [])
    .filter(item => item["type"] === "outbox")
    .map(item => ({ detailType: String(item["detailType"]), detail: JSON.parse(String(item["detail"])) }));
}

/** The same numbers for the same seed, from 0 up to but not including 1. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** `count` of `items`, none twice. */
export function pick<T>(random: () => number, items: readonly T[], count: number): readonly T[] {
  return items
    .map(item => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ item }) => item);
}
