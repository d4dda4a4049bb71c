// The transaction that begins an enrolment: the intent and the key's owner, with what it draws on or takes up. What has
// been recorded before wins over every refusal, so that a retry is answered for ever (invariant I2).
import type { AuditRecord } from "#core/audit.ts";
import type { ClaimRefusal, ClaimUse } from "#core/claim/claim.ts";
import type { Enrolment } from "#core/enrolment/enrolment.ts";
import type { RecordIntentResult, RenewedCertificate } from "#core/enrolment/ports.ts";
import { assert } from "#core/error.ts";
import type { ExpectedPlace } from "#core/lot/expected-place.ts";
import { drawOnClaim, drawOne } from "./claim-counters.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { takeUpRenewal } from "./lineage.ts";
import { placeRefusal, takeExpectedPlace } from "./lot-manifest.ts";
import { asRecorded, readEnrolment } from "./read-enrolment.ts";
import { fromEnrolmentRow, type Row, toEnrolmentRow } from "./rows.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

/** Something that the intent needs beside itself, and what it means when it is refused. */
type Gate = {
  readonly item: TransactItem;
  readonly refused: RecordIntentResult | "claim_empty" | ((row: Row | "absent") => RecordIntentResult);
};

export async function recordIntent(
  table: RegistryTable,
  enrolment: Enrolment,
  audit: AuditRecord,
  claims: readonly ClaimUse[] = [],
  renewed?: RenewedCertificate,
  place?: ExpectedPlace,
): Promise<RecordIntentResult> {
  const gates: readonly Gate[] = [
    ...(renewed === undefined
      ? []
      : [{ item: takeUpRenewal(table, enrolment, renewed), refused: { kind: "renewed_moved_on" } as const }]),
    ...(place === undefined
      ? []
      : [{ item: takeExpectedPlace(table, enrolment, place.instead), refused: placeRefusal }]),
  ];
  if (claims.length === 0) {
    const result = await attempt(table, enrolment, audit, gates);
    assert(result !== "claim_empty", "no claim is empty where none is asked");
    return result;
  }
  let refusal: ClaimRefusal | undefined;
  for (const claim of claims) {
    const drawn = await drawOnClaim(table, claim, enrolment.id, enrolment.createdAt, async shard => {
      const facts = { ...audit.facts, claim: claim.id };
      const item = drawOne(table, claim.id, shard, enrolment.createdAt);
      const result = await attempt(table, enrolment, { ...audit, facts }, [
        ...gates,
        { item, refused: "claim_empty" },
      ]);
      return result === "claim_empty" ? "empty" : result;
    });
    if ("kind" in drawn) return drawn;
    refusal ??= drawn;
  }
  assert(refusal !== undefined, "claims that are tried refuse or are drawn on");
  // DynamoDB need not name every item that stood in the way: a claim never hides that the request is recorded already.
  const existing = await readEnrolment(table, enrolment.id);
  return existing === undefined
    ? { kind: "claim_refused", refusal }
    : { kind: "exists", enrolment: existing };
}

async function attempt(
  table: RegistryTable,
  enrolment: Enrolment,
  audit: AuditRecord,
  gates: readonly Gate[],
): Promise<RecordIntentResult | "claim_empty"> {
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toEnrolmentRow(enrolment),
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    ownKey(table, enrolment),
    putAudit(table, { ...audit, tenant: enrolment.tenant }),
    ...gates.map(({ item }) => item),
  ]);
  if (refusal === undefined) return { kind: "recorded", enrolment: asRecorded(enrolment) };
  const [existing, key, , ...others] = refusal;
  if (existing !== undefined && existing !== "absent") {
    return { kind: "exists", enrolment: asRecorded(fromEnrolmentRow(existing)) };
  }
  if (key !== undefined && key !== "absent") {
    return { kind: key["blockedAt"] === undefined ? "key_in_use" : "key_blocked" };
  }
  const at = others.findIndex(other => other !== undefined);
  const [gate, row] = [gates[at], others[at]];
  assert(
    gate !== undefined && row !== undefined,
    "an intent is refused by its enrolment, its key or what it needs beside",
  );
  return typeof gate.refused === "function" ? gate.refused(row) : gate.refused;
}

/** One key, one holder (threat B11); a blocked key is refused to everybody, its holder included (I14). */
function ownKey(table: RegistryTable, { spkiSha256, tenant, holder }: Enrolment): TransactItem {
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.publicKey(spkiSha256),
      UpdateExpression: "SET tenant = :tenant, holder = :holder, #type = :type",
      ConditionExpression:
        "attribute_not_exists(pk) OR (tenant = :tenant AND holder = :holder AND attribute_not_exists(blockedAt))",
      ExpressionAttributeNames: { "#type": "type" },
      ExpressionAttributeValues: { ":tenant": tenant, ":holder": holder, ":type": "key" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}
