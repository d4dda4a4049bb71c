// A table with certificates and a rotation over them, and a time that the test sets: what the tests of waves begin with.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoRotationRegistry } from "#aws/registry/rotation-registry.ts";
import { keys, outboxShards } from "#aws/registry/table.ts";
import type { Caller } from "#core/caller.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { renewalDueDetailType } from "#core/event/renewal-events.ts";
import { advanceRotation } from "#core/rotation/waves/advance-rotation.ts";
import { changeRotation } from "#core/rotation/waves/change-rotation.ts";
import type { Rotation, RotationSelector, RotationSettings } from "#core/rotation/waves/rotation.ts";
import { startRotation } from "#core/rotation/waves/start-rotation.ts";
import { dayMs, fromNoon } from "#support/fixed-time.ts";
import { putCertificate, rowsOf, type TestRegistry } from "#support/registry-table.ts";

export const start = 30 * dayMs;
const operator: Caller = {
  kind: "operator",
  subject: "ada",
  scopes: ["certificates:write", "authorities:write"],
};
export const tenant: RotationSelector = { kind: "tenant", tenant: "acme" };
const settings: RotationSettings = {
  waveSize: 2,
  pauseSeconds: 3_600,
  deadlineSeconds: 86_400,
  abortThresholdPercent: 0,
  reason: "incident 7",
};

let requests = 0;
const nextRequest = (): string => {
  requests += 1;
  return `request-${requests}`;
};

/** An empty table, and a time that the test sets, in milliseconds after the start. */
export async function rotationWorld(registry: TestRegistry) {
  const table = await registry.table();
  let passedMs = 0;
  const now = (): Date => fromNoon(start + passedMs);
  const depsOf = (of: RegistryTable) => ({ registry: dynamoRotationRegistry(of), now });
  const begin = (parts: Partial<RotationSettings> = {}, selector = tenant, apply = true) =>
    startRotation(depsOf(table), {
      caller: operator,
      selector,
      settings: { ...settings, ...parts },
      apply,
      requestId: nextRequest(),
    });
  /** As the job does. */
  const run = async (atMs: number, on: RegistryTable = table) => {
    passedMs = atMs;
    const deps = depsOf(on);
    const outcomes: string[] = [];
    for (const live of await deps.registry.listLive()) {
      const turn = { requestId: nextRequest(), mayGoOn: () => true };
      outcomes.push((await advanceRotation(deps, live, turn)).outcome);
    }
    return outcomes;
  };
  const change = (id: string, kind: "pause" | "resume" | "abort") =>
    changeRotation(depsOf(table), { caller: operator, id, change: kind, requestId: nextRequest() });
  const read = async (id: string): Promise<Rotation> => {
    const rotation = await depsOf(table).registry.readRotation(id);
    if (rotation === undefined) throw new Error(`there is no ${id}`);
    return rotation;
  };
  return { table, begin, run, change, read };
}

export type World = Awaited<ReturnType<typeof rotationWorld>>;

export async function begun(world: World, parts: Partial<RotationSettings> = {}, selector = tenant) {
  const { rotation } = await world.begin(parts, selector);
  if (rotation === undefined) throw new Error("nothing was begun");
  return rotation;
}

/** As the lineage's own transaction leaves it. */
export async function renew({ table }: World, old: Certificate, atMs: number, seen = true): Promise<void> {
  const at = fromNoon(start + atMs);
  const parts = { issuedAt: at, ...(seen ? { lastSeenAt: at } : {}), holder: old.holder };
  const successor = await putCertificate(table, old.slot + 100, parts);
  await table.documents.send(
    new UpdateCommand({
      TableName: table.tableName,
      Key: keys.certificate(old.id),
      UpdateExpression: "SET renewedBy = :successor, version = version + :one",
      ExpressionAttributeValues: { ":successor": successor.id, ":one": 1 },
    }),
  );
}

export async function events(
  { table }: World,
  detailType: string,
): Promise<readonly Record<string, unknown>[]> {
  const shards = Array.from({ length: outboxShards }, (_, shard) => rowsOf(table, keys.outbox(shard, "").pk));
  const rows = (await Promise.all(shards)).flat().filter(row => row["detailType"] === detailType);
  return rows.map(row => JSON.parse(String(row["detail"])));
}

export async function told(world: World): Promise<readonly string[]> {
  return (await events(world, renewalDueDetailType)).map(({ holder }) => String(holder)).sort();
}

/** How often each certificate's window was moved: an event that is put twice has the same key. */
export async function movesOf(world: World): Promise<readonly number[]> {
  const ids = (await events(world, renewalDueDetailType)).map(({ certificate }) => String(certificate));
  const audits = await Promise.all(ids.map(id => rowsOf(world.table, `AUDIT#${id}`)));
  return audits.map(rows => rows.filter(({ action }) => action === "renewal.window_moved").length);
}

/** Newest first is how a tenant's are walked: the first wave has the last two. */
export async function three({ table }: World): Promise<readonly [Certificate, Certificate, Certificate]> {
  const [a, b, c] = [0, 1, 2].map(slot => () => putCertificate(table, slot, { issuedAt: fromNoon(slot) }));
  if (a === undefined || b === undefined || c === undefined) throw new Error("three are three");
  return [await a(), await b(), await c()];
}
