// A registry of many certificates in DynamoDB Local, written as rows of the product's own making. All but two sets fall
// due long after the bench; each of the two at a moment of its own.
import { createHash } from "node:crypto";
import { DynamoDBClient, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { toCertificateRow } from "#aws/registry/rows.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import type { Serial } from "#core/serial.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import { createRegistryTable } from "#local/cloud/create-table.ts";
import { startDynamoDb } from "#local/cloud/dynamodb.ts";
import { say } from "../report.ts";

export type GeneratedRegistry = {
  readonly client: DynamoDBClient;
  readonly table: RegistryTable;
  readonly stop: () => Promise<void>;
};

/** So many certificates have their windows opened by an operator, over an hour from a moment on. */
export type DueSet = { readonly certificates: number; readonly from: Date };

const dayMs = 86_400_000;
const hourSeconds = 3_600;
/** BatchWriteItem's own limit. */
const rowsAtOnce = 25;
const writersAtOnce = 8;
/** The length of a real one with a P-256 key, as docs/registry.md measures it. */
const certificatePem = "x".repeat(786);
const caArn =
  "arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/6f2b1c1e-5a0d-4a52-9c57-0d4b1f0c7a11";

/** In memory: on disk DynamoDB Local waits for the disk at every item, a hundred times as long. */
export async function generateRegistry(
  certificates: number,
  issuedAt: Date,
  dueSets: readonly DueSet[],
): Promise<GeneratedRegistry> {
  const engine = await startDynamoDb({ port: 0, stateDirectory: undefined });
  const credentials = { accessKeyId: "bench", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint: engine.url, region: "us-east-1", credentials });
  const stop = async (): Promise<void> => {
    client.destroy();
    await engine.stop();
  };
  try {
    const documents = DynamoDBDocumentClient.from(client, {
      marshallOptions: { removeUndefinedValues: true },
    });
    const table = { documents, tableName: "registry" };
    await createRegistryTable(client, table.tableName);
    // Nobody listens, and a copy of each row would be kept for whoever does.
    const StreamSpecification = { StreamEnabled: false };
    await client.send(new UpdateTableCommand({ TableName: table.tableName, StreamSpecification }));
    await putAuthority(table, issuedAt);
    await writeAll(table, certificates, number => aCertificate(number, issuedAt, dueSets));
    return { client, table, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function putAuthority(table: RegistryTable, at: Date): Promise<void> {
  await dynamoAuthorityRegistry(table).insertAuthority(
    {
      id: "m1",
      state: "active",
      kind: "managed",
      layout: "slots",
      caArn,
      keyAlgorithm: "EC_prime256v1",
      issuerDn: "CN=Device CA,O=Edgecert Bench",
      certificatePem: "(the CA certificate)",
      chainPem: "",
      notAfter: new Date(at.getTime() + 3_650 * dayMs),
      pins: [],
      notBeforeFloor: 0,
      firstLiveSlot: 0,
      clearedSlots: 0,
      nextSlot: 0,
      provisionedSlots: 0,
      wantedSlots: 0,
      version: 1,
    },
    {
      subject: "m1",
      action: "authority.registered",
      actor: "operator:bench",
      requestId: "bench",
      at,
      facts: {},
    },
  );
}

function aCertificate(number: number, issuedAt: Date, dueSets: readonly DueSet[]): Certificate {
  const sha256 = createHash("sha256").update(String(number)).digest("hex");
  const serial = sha256.slice(0, 32) as Serial; // Canonical, but for a leading zero that matters to nobody here.
  const set = dueSets.find((_, index) => {
    const before = dueSets.slice(0, index).reduce((sum, one) => sum + one.certificates, 0);
    return number >= before && number < before + (dueSets[index]?.certificates ?? 0);
  });
  return {
    id: certificateId("m1", serial),
    authorityId: "m1",
    serial,
    slot: number as Slot, // Small and whole.
    tenant: "acme",
    holder: `sensor-${String(number).padStart(9, "0")}`,
    profile: "device",
    lot: `lot-${Math.floor(number / 10_000)}`,
    state: "active",
    sha256,
    spkiSha256: sha256,
    certificateArn: `${caArn}/certificate/${serial}`,
    certificatePem,
    notBefore: issuedAt,
    notAfter: new Date(issuedAt.getTime() + 365 * dayMs),
    issuedAt,
    enrolmentId: `enr_${sha256.slice(32)}`,
    opensAtPercent: 66,
    ...(set === undefined
      ? {}
      : {
          windowMove: {
            from: set.from,
            spreadSeconds: hourSeconds,
            reason: "bench",
            at: new Date(issuedAt.getTime() + 1),
          },
        }),
    version: 1,
  };
}

export async function writeAll(
  table: RegistryTable,
  certificates: number,
  certificateOf: (number: number) => Certificate,
): Promise<void> {
  const started = performance.now();
  let next = 0;
  let written = 0;
  const writer = async (): Promise<void> => {
    for (let first = next; first < certificates; first = next) {
      next += rowsAtOnce;
      const size = Math.min(rowsAtOnce, certificates - first);
      await writeRows(
        table,
        Array.from({ length: size }, (_, index) => certificateOf(first + index)),
      );
      written += size;
      showProgress(written, certificates, started);
    }
  };
  await Promise.all(Array.from({ length: writersAtOnce }, writer));
  const seconds = (performance.now() - started) / 1_000;
  say(
    `\r  ${certificates.toLocaleString("en-US")} certificates written in ${seconds.toFixed(0)} s${" ".repeat(40)}`,
  );
}

async function writeRows(table: RegistryTable, certificates: readonly Certificate[]): Promise<void> {
  let left: NonNullable<BatchWriteCommand["input"]["RequestItems"]> = {
    [table.tableName]: certificates.map(certificate => ({
      PutRequest: { Item: toCertificateRow(certificate) },
    })),
  };
  while (Object.keys(left).length > 0) {
    const { UnprocessedItems } = await table.documents.send(new BatchWriteCommand({ RequestItems: left }));
    left = UnprocessedItems ?? {};
  }
}

let shownAt = 0;
/** A bar, a few times a second, where somebody looks. */
function showProgress(written: number, of: number, started: number): void {
  const now = performance.now();
  if (!process.stderr.isTTY || now - shownAt < 200) return;
  shownAt = now;
  const width = 40;
  const bar = "#".repeat(Math.floor((written / of) * width)).padEnd(width, ".");
  const secondsLeft = ((now - started) / 1_000 / written) * (of - written);
  process.stderr.write(`\r  [${bar}] ${written.toLocaleString("en-US")}, ${secondsLeft.toFixed(0)} s left `);
}
