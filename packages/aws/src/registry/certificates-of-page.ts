// The certificates whose slots lie in one page, through the index by slot: for the proof, which checks them all.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { certificateStates } from "#core/certificate/certificate.ts";
import type { PlacedCertificate } from "#core/publication/prove.ts";
import type { RegistryTable } from "./client.ts";

const placedRow = z.object({
  id: z.string(),
  slotSk: z.string().regex(/^[0-9a-f]{3}$/),
  state: z.enum(certificateStates),
  notAfter: z.iso.datetime().transform(text => new Date(text)),
});

/** Eventually consistent, as every read of an index. */
export async function certificatesOfPage(
  table: RegistryTable,
  page: string,
): Promise<readonly PlacedCertificate[]> {
  const placed: PlacedCertificate[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items, LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        IndexName: "bySlot",
        KeyConditionExpression: "slotPk = :page",
        ExpressionAttributeValues: { ":page": page },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    for (const item of Items ?? []) {
      const { id, slotSk, state, notAfter } = placedRow.parse(item);
      placed.push({ id, offset: Number.parseInt(slotSk, 16), state, notAfter });
    }
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return placed;
}
