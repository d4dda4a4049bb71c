// What is known of a lot before its first certificate: the announced size, and who is expected.
import type { Enrolment, EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { PlaceRefusal } from "#core/lot/expected-place.ts";
import type { LotRegistry } from "#core/lot/ports.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { readLot } from "./lot-registry.ts";
import type { Row } from "./rows.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

export function dynamoLotRegistry(table: RegistryTable): LotRegistry {
  return {
    readLot: (tenant, lot) => readLot(table, tenant, lot),
    recordAnnounced: (announcement, audit) => recordAnnounced(table, announcement, audit),
    recordExpected: (part, audit) => recordExpected(table, part, audit),
  };
}

type Announced = Parameters<LotRegistry["recordAnnounced"]>;

async function recordAnnounced(
  table: RegistryTable,
  { tenant, lot, size }: Announced[0],
  audit: Announced[1],
): ReturnType<LotRegistry["recordAnnounced"]> {
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.lot(tenant, lot),
        UpdateExpression: "SET announcedSize = :size, #type = :lot",
        ConditionExpression:
          "attribute_not_exists(blocks) AND attribute_not_exists(revocation) AND (attribute_not_exists(announcedSize) OR announcedSize <> :size)",
        ExpressionAttributeNames: { "#type": "type" },
        ExpressionAttributeValues: { ":size": size, ":lot": "lot" },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    putAudit(table, { ...audit, tenant }),
  ]);
  if (refusal === undefined) return "announced";
  const [row = "absent"] = refusal;
  if (row === "absent") throw new Error("invariant broken: an announcement is refused by the lot's row");
  if (row["revocation"] !== undefined) return "revoked";
  return row["announcedSize"] === size ? "already" : "started";
}

type Expected = Parameters<LotRegistry["recordExpected"]>;

async function recordExpected(
  table: RegistryTable,
  { tenant, lot, holders }: Expected[0],
  audit: Expected[1],
): ReturnType<LotRegistry["recordExpected"]> {
  const refusal = await transact(table, [
    countOnLot(table, tenant, lot, holders.length),
    putAudit(table, { ...audit, tenant }),
    ...holders.map(
      (holder): TransactItem => ({
        Put: {
          TableName: table.tableName,
          Item: { ...keys.expectedHolder(tenant, lot, holder), type: "expectedHolder", holder },
          ConditionExpression: "attribute_not_exists(pk)",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        },
      }),
    ),
  ]);
  if (refusal === undefined) return { kind: "recorded" };
  const [row, , ...rows] = refusal;
  if (row !== undefined)
    return { kind: row !== "absent" && row["revocation"] !== undefined ? "revoked" : "started" };
  return { kind: "known", holders: holders.filter((_, index) => rows[index] !== undefined) };
}

/** Counted in the same transaction, so the number is exact and enrolment knows of the manifest from its first holder. */
function countOnLot(table: RegistryTable, tenant: string, lot: string, more: number): TransactItem {
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.lot(tenant, lot),
      UpdateExpression: "ADD expectedHolders :more SET #type = :lot",
      // Certificates from before the manifest belong to nobody on it: then one holder could have two.
      ConditionExpression:
        "attribute_not_exists(revocation) AND (attribute_exists(expectedHolders) OR attribute_not_exists(blocks))",
      ExpressionAttributeNames: { "#type": "type" },
      ExpressionAttributeValues: { ":more": more, ":lot": "lot" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}

/**
 * Gives the holder's place to one enrolment, in the transaction of its intent. `instead` is the enrolment that has the
 * place and whose certificate is over.
 */
export function takeExpectedPlace(
  table: RegistryTable,
  { id, tenant, lot = "", holder }: Pick<Enrolment, "id" | "tenant" | "lot" | "holder">,
  instead: EnrolmentId | undefined,
): TransactItem {
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.expectedHolder(tenant, lot, holder),
      UpdateExpression: "SET enrolmentId = :id",
      ConditionExpression: `attribute_exists(pk) AND ${instead === undefined ? "attribute_not_exists(enrolmentId)" : "enrolmentId = :instead"}`,
      ExpressionAttributeValues: {
        ":id": id,
        ...(instead === undefined ? {} : { ":instead": instead }),
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}

/** What it means when `takeExpectedPlace` is refused by this row. */
export function placeRefusal(row: Row | "absent"): PlaceRefusal {
  if (row === "absent") return { kind: "not_expected" };
  // The brand is restored: only an enrolment's id was ever written.
  return { kind: "place_taken", by: row["enrolmentId"] as EnrolmentId };
}
