// The row of the origin certificate: what is live, the rotation under way, and what is still to be revoked.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { AuditRecord } from "#core/audit.ts";
import type { OriginRotation, OriginState } from "#core/rotation/origin-state.ts";
import type { OriginRegistry, RecordedOriginState } from "#core/rotation/ports.ts";
import type { Serial } from "#core/serial.ts";
import type { RegistryTable } from "./client.ts";
import type { Row } from "./rows.ts";
import { keys } from "./table.ts";
import { putVersion } from "./versioned-rows.ts";

const date = z.iso.datetime().transform(text => new Date(text));
// The brand is restored, not invented: only the parser's values were ever written.
const serial = z.string().transform(text => text as Serial);
const certificate = z.object({ serial, sha256: z.string(), notBefore: date, notAfter: date });
const lease = { id: z.string(), leaseUntil: date };

const stateRow = z.object({
  current: certificate.optional(),
  rotation: z
    .discriminatedUnion("step", [
      z.object({ ...lease, step: z.literal("started") }),
      z.object({ ...lease, step: z.literal("asked"), serial }),
      z.object({ ...lease, step: z.literal("importing"), candidate: certificate }),
    ])
    .optional(),
  retiring: z.array(
    z.object({ serial, reason: z.enum(["superseded", "cessationOfOperation"]), after: date }),
  ),
  version: z.number(),
});

export function dynamoOriginRegistry(table: RegistryTable): OriginRegistry {
  return {
    read: async () => {
      const { Item } = await table.documents.send(
        new GetCommand({ TableName: table.tableName, Key: keys.originCertificate, ConsistentRead: true }),
      );
      return Item === undefined ? undefined : fromRow(Item);
    },
    save: (state, audit) => save(table, state, audit),
  };
}

async function save(
  table: RegistryTable,
  state: OriginState,
  audit: readonly AuditRecord[],
): Promise<RecordedOriginState | undefined> {
  const next = { ...state, version: state.version + 1 };
  const inTheWay = await putVersion(table, toRow(next), ...audit);
  // The brand's only source.
  return inTheWay === undefined ? (next as RecordedOriginState) : undefined;
}

function toRow({ current, rotation, retiring, version }: OriginState) {
  return {
    ...keys.originCertificate,
    type: "originCertificate",
    ...(current === undefined ? {} : { current: withTexts(current) }),
    ...(rotation === undefined ? {} : { rotation: rotationTexts(rotation) }),
    retiring: retiring.map(withTexts),
    version,
  };
}

const rotationTexts = (rotation: OriginRotation): Row =>
  rotation.step === "importing"
    ? { ...withTexts(rotation), candidate: withTexts(rotation.candidate) }
    : withTexts(rotation);

/** Dates as ISO texts. */
function withTexts(value: object): Row {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, field instanceof Date ? field.toISOString() : field]),
  );
}

function fromRow(row: Row): OriginState {
  const { current, rotation, ...rest } = stateRow.parse(row);
  return {
    ...rest,
    ...(current === undefined ? {} : { current }),
    ...(rotation === undefined ? {} : { rotation }),
  };
}
