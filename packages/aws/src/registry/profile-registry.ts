// Operators' profiles. One partition: they are few, and a worker reads one at most every few seconds.
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { AuditRecord } from "#core/audit.ts";
import type { ProfileRegistry, RecordedProfile } from "#core/profile/ports.ts";
import { askers, keyTypes, onReturns } from "#core/profile/profile.ts";
import { type RegistryTable, transact } from "./client.ts";
import type { Row } from "./rows.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

const profileRow = z.object({
  name: z.string(),
  lifetimeDays: z.number(),
  askedBy: z.array(z.enum(askers)),
  keyTypes: z.array(z.enum(keyTypes)),
  onUnexpected: z.enum(["refuse", "ignore"]),
  altNames: z.array(z.object({ kind: z.enum(["uri", "dns"]), template: z.string() })),
  renewal: z.object({
    opensAtPercent: z.number(),
    keyReuse: z.enum(["refuse", "allow"]),
    graceDays: z.number(),
    overlapDays: z.number(),
    onReturn: z.enum(onReturns).default("tell"),
    expiringDays: z.array(z.number()),
  }),
  version: z.number(),
  changedAt: z.iso.datetime().transform(text => new Date(text)),
  changedBy: z.string(),
});

export function dynamoProfileRegistry(table: RegistryTable): ProfileRegistry {
  return {
    readProfile: name => readProfile(table, name),
    listProfiles: () => listProfiles(table),
    recordProfile: (profile, audit) => recordProfile(table, profile, audit),
  };
}

export async function readProfile(table: RegistryTable, name: string): Promise<RecordedProfile | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.profile(name), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : profileRow.parse(Item);
}

async function listProfiles(table: RegistryTable): Promise<readonly RecordedProfile[]> {
  const rows: Row[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": keys.profile("").pk },
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    rows.push(...Items);
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return rows.map(row => profileRow.parse(row));
}

async function recordProfile(
  table: RegistryTable,
  profile: RecordedProfile,
  audit: AuditRecord,
): Promise<number | undefined> {
  const expected = profile.version - 1;
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: {
          ...keys.profile(profile.name),
          type: "profile",
          ...profile,
          changedAt: profile.changedAt.toISOString(),
        },
        ...(expected === 0
          ? { ConditionExpression: "attribute_not_exists(pk)" }
          : {
              ConditionExpression: "version = :expected",
              ExpressionAttributeValues: { ":expected": expected },
            }),
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    putAudit(table, audit),
  ]);
  if (refusal === undefined) return undefined;
  const [row] = refusal;
  return row === undefined || row === "absent" ? 0 : profileRow.parse(row).version;
}
