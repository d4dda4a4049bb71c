// A registry table on DynamoDB Local for a test file, the rows that tests begin with, and writers that die.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import type { ManagedAuthority } from "#core/authority/authority.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import { createRegistryTable } from "#local/cloud/create-table.ts";
import { startDynamoDb } from "#local/cloud/dynamodb.ts";
import { noon } from "./fixed-time.ts";
import { aCertificate, anAuthority, anEnrolment, aSerial, aSlot } from "./records.ts";

export type TestRegistry = {
  /** An empty table of its own. */
  readonly table: () => Promise<RegistryTable>;
  readonly stop: () => Promise<void>;
};

export async function startTestRegistry(): Promise<TestRegistry> {
  const engine = await startDynamoDb({ port: 0, stateDirectory: undefined });
  const client = new DynamoDBClient({
    endpoint: engine.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  let count = 0;
  return {
    table: async () => {
      count += 1;
      const tableName = `registry-${count}`;
      await createRegistryTable(client, tableName);
      return { documents, tableName };
    },
    stop: engine.stop,
  };
}

export async function putAuthority(
  table: RegistryTable,
  parts: Partial<ManagedAuthority> = {},
): Promise<ManagedAuthority> {
  const authority = anAuthority(parts);
  await dynamoAuthorityRegistry(table).insertAuthority(authority, {
    subject: authority.id,
    action: "authority.registered",
    actor: "operator:ada",
    requestId: "setup",
    at: noon,
    facts: {},
  });
  return authority;
}

/** Enrols and issues as the product records it; `slot` makes every other field of its own. */
export async function putCertificate(
  table: RegistryTable,
  slot: number,
  parts: Partial<Certificate> = {},
): Promise<Certificate> {
  const registry = dynamoEnrolmentRegistry(table);
  const digest = (slot + 1).toString(16).padStart(64, "0");
  const authorityId = parts.authorityId ?? "m1";
  const serial = aSerial(`a${digest.slice(-15)}`);
  const certificate = aCertificate({
    id: certificateId(authorityId, serial),
    serial,
    slot: aSlot(slot),
    holder: `device-${slot}`,
    sha256: digest,
    spkiSha256: digest,
    enrolmentId: `enr_${digest.slice(-32)}`,
    ...parts,
  });
  const enrolment = await putEnrolment(table, certificate);
  await registry.recordIssued(enrolment, certificate, auditOf(certificate.id, "certificate.issued"));
  return certificate;
}

/** The open enrolment that `certificate` will come of. */
export async function putEnrolment(table: RegistryTable, certificate: Certificate) {
  const { tenant, holder, lot, slot, authorityId, spkiSha256, notAfter } = certificate;
  const intent = await dynamoEnrolmentRegistry(table).recordIntent(
    anEnrolment({
      id: certificate.enrolmentId as EnrolmentId, // Ids are digests, which a test makes up.
      tenant,
      holder,
      ...(lot === undefined ? {} : { lot }),
      slot,
      authorityId,
      spkiSha256,
      notAfter,
    }),
    auditOf(certificate.enrolmentId, "enrolment.accepted"),
  );
  if (intent.kind !== "recorded") throw new Error(`the intent was not recorded: ${intent.kind}`);
  return intent.enrolment;
}

export function auditOf(
  subject: string,
  action:
    | "certificate.issued"
    | "certificate.revoked"
    | "certificate.held"
    | "certificate.resumed"
    | "enrolment.accepted",
  requestId = "setup",
) {
  return { subject, action, actor: "operator:ada", requestId, at: noon, facts: {} } as const;
}

/** All rows of one partition. */
export async function rowsOf(table: RegistryTable, pk: string): Promise<readonly Record<string, unknown>[]> {
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": pk },
      ConsistentRead: true,
    }),
  );
  return Items;
}

export class Killed extends Error {}

/** The same table for a worker that dies at its `nth` write, from 1: just before it, or just after it was done. */
export function dyingTable(
  table: RegistryTable,
  nth: number,
  when: "before" | "after",
): { readonly table: RegistryTable; readonly died: () => boolean } {
  let writes = 0;
  const isWrite = (command: unknown): boolean =>
    [PutCommand, UpdateCommand, DeleteCommand, BatchWriteCommand, TransactWriteCommand].some(
      kind => command instanceof kind,
    );
  const send = async (command: Parameters<DynamoDBDocumentClient["send"]>[0]): Promise<unknown> => {
    if (writes >= nth) throw new Killed("dead workers write nothing");
    if (!isWrite(command)) return table.documents.send(command);
    writes += 1;
    if (writes < nth) return table.documents.send(command);
    if (when === "after") await table.documents.send(command);
    throw new Killed(`killed ${when} write ${nth}`);
  };
  // Adapters call `send` and nothing else; its overloads cannot be written by hand.
  const documents = { send } as unknown as DynamoDBDocumentClient;
  return { table: { documents, tableName: table.tableName }, died: () => writes >= nth };
}
