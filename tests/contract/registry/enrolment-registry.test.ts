// The registry's conditional writes, raced on DynamoDB's own engine: of two that start together one takes effect, the
// other learns of it, and no state is left that neither wrote (threat D1).
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import { readCertificate } from "#aws/registry/read-certificate.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import type { AuditAction, AuditRecord } from "#core/audit.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import type { Enrolment, EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { RecordedEnrolment } from "#core/enrolment/ports.ts";
import { isAppError } from "#core/error.ts";
import { createRegistryTable } from "#local/cloud/create-table.ts";
import { startDynamoDb } from "#local/cloud/dynamodb.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { noon } from "#support/fixed-time.ts";
import { aCertificate, anEnrolment, aSerial, aSlot } from "#support/records.ts";

/** RACING_PAIRS=1000 takes three minutes on two cores; the default takes seconds. */
const pairs = Number(process.env["RACING_PAIRS"] ?? 50);
// So many pairs are under way at once; the engine takes about as long however many wait.
const atOnce = 32;
const tableName = "registry";

let server: RunningServer;
let client: DynamoDBClient;
let table: { documents: DynamoDBDocumentClient; tableName: string };
beforeAll(async () => {
  server = await startDynamoDb({ port: 0, stateDirectory: undefined });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = new DynamoDBClient({ endpoint: server.url, region: "us-east-1", credentials });
  await createRegistryTable(client, tableName);
  const marshallOptions = { removeUndefinedValues: true };
  table = { documents: DynamoDBDocumentClient.from(client, { marshallOptions }), tableName };
});
afterAll(async () => {
  client?.destroy();
  await server?.stop();
});

const enrolments = () => dynamoEnrolmentRegistry(table);
const revocations = () => dynamoRevocationRegistry(table);
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

let auditNumber = 0;
function anAudit(subject: string, action: AuditAction): AuditRecord {
  auditNumber += 1;
  return { subject, action, actor: "test", requestId: `request-${auditNumber}`, at: noon, facts: {} };
}

/** Unlike any other by `number`: id, key and slot. */
function theEnrolment(number: number, parts: Partial<Enrolment> = {}): Enrolment {
  // Ids are digests, of which this has the length and the alphabet.
  const id = `enr_${hex(number, 32)}` as EnrolmentId;
  return anEnrolment({ id, spkiSha256: hex(number, 64), slot: aSlot(number), ...parts });
}

function theCertificate(number: number, enrolment: Enrolment): Certificate {
  const serial = aSerial(hex(0x10_0000 + number, 8));
  return aCertificate({
    id: certificateId("m1", serial),
    serial,
    sha256: hex(number, 64),
    spkiSha256: enrolment.spkiSha256,
    slot: enrolment.slot,
    enrolmentId: enrolment.id,
  });
}

async function recorded(number: number): Promise<RecordedEnrolment> {
  const enrolment = theEnrolment(number);
  const intent = await enrolments().recordIntent(enrolment, anAudit(enrolment.id, "enrolment.accepted"));
  if (intent.kind !== "recorded") throw new Error(`not recorded: ${intent.kind}`);
  return intent.enrolment;
}

async function issued(number: number): Promise<Certificate> {
  const enrolment = await recorded(number);
  const certificate = theCertificate(number, enrolment);
  await enrolments().recordIssued(enrolment, certificate, anAudit(certificate.id, "certificate.issued"));
  return certificate;
}

/** DynamoDB may refuse a transaction because of the other one; the domain calls that busy and tries again. */
async function untilNotBusy<T>(write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isAppError(error, "registry.busy")) throw error;
    }
  }
}

async function race(first: number, each: (number: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < pairs; start += atOnce) {
    const count = Math.min(atOnce, pairs - start);
    await Promise.all(Array.from({ length: count }, (_, at) => each(first + start + at)));
  }
}

describe(`${pairs} racing pairs`, () => {
  test("of recordings of one intent: one records it, the other is shown what the first wrote", () =>
    race(0, async number => {
      const rivals = ["a", "b"].map(rival => theEnrolment(number, { requestSha256: rival.repeat(64) }));
      const results = await Promise.all(
        rivals.map(rival =>
          untilNotBusy(() => enrolments().recordIntent(rival, anAudit(rival.id, "enrolment.accepted"))),
        ),
      );
      expect(results.map(({ kind }) => kind).sort()).toEqual(["exists", "recorded"]);
      const [one, other] = results.map(result => ("enrolment" in result ? result.enrolment : undefined));
      expect(one?.requestSha256).toBe(other?.requestSha256);
    }));

  test("of holders for one key: one gets it, the other is told that it is in use", () =>
    race(10_000, async number => {
      const spkiSha256 = hex(number, 64);
      const rivals = [number, number + 1_000_000].map((id, at) =>
        theEnrolment(id, { spkiSha256, holder: `holder-${at}` }),
      );
      const results = await Promise.all(
        rivals.map(rival =>
          untilNotBusy(() => enrolments().recordIntent(rival, anAudit(rival.id, "enrolment.accepted"))),
        ),
      );
      expect(results.map(({ kind }) => kind).sort()).toEqual(["key_in_use", "recorded"]);
    }));

  test("of success and failure: the enrolment is issued with its certificate, or failed without one", () =>
    race(20_000, async number => {
      const enrolment = await recorded(number);
      const certificate = theCertificate(number, enrolment);
      const [won, after] = await Promise.all([
        untilNotBusy(() =>
          enrolments().recordIssued(enrolment, certificate, anAudit(certificate.id, "certificate.issued")),
        ),
        untilNotBusy(() =>
          enrolments().recordFailed(enrolment, anAudit(enrolment.id, "enrolment.failed"), false),
        ),
      ]);
      expect(after.state).toBe(won ? "issued" : "failed");
      expect((await enrolments().readEnrolment(enrolment.id))?.state).toBe(after.state);
      const found = await readCertificate(table, certificate.id);
      expect(found?.id).toBe(won ? certificate.id : undefined);
    }));

  test("of two certificates for one enrolment: one is recorded, the other is nowhere", () =>
    race(30_000, async number => {
      const enrolment = await recorded(number);
      const rivals = [number, number + 500_000].map(id => theCertificate(id, enrolment));
      const won = await Promise.all(
        rivals.map(rival =>
          untilNotBusy(() =>
            enrolments().recordIssued(enrolment, rival, anAudit(rival.id, "certificate.issued")),
          ),
        ),
      );
      expect([...won].sort()).toEqual([false, true]);
      const found = await Promise.all(rivals.map(({ id }) => readCertificate(table, id)));
      expect(found.map(certificate => certificate !== undefined)).toEqual(won);
    }));

  test("of new attempts: the attempt is counted once", () =>
    race(40_000, async number => {
      const enrolment = await recorded(number);
      const after = await Promise.all([0, 1].map(() => enrolments().recordNewAttempt(enrolment, noon)));
      expect(after.map(({ enrolment: { attempt } }) => attempt)).toEqual([2, 2]);
      expect(after.filter(({ isMine }) => isMine)).toHaveLength(1);
    }));

  test("of revocations: one revokes, the other finds it done, and the first reason stays", () =>
    race(50_000, async number => {
      const certificate = await issued(number);
      const reasons = ["keyCompromise", "superseded"] as const;
      const outcomes = await Promise.all(
        reasons.map(reason =>
          untilNotBusy(() =>
            revocations().recordRevocation(
              certificate,
              { reason, revokedAt: noon, actor: "test" },
              anAudit(certificate.id, "certificate.revoked"),
            ),
          ),
        ),
      );
      expect([...outcomes].sort()).toEqual(["already", "revoked"]);
      const found = await readCertificate(table, certificate.id);
      expect(found).toMatchObject({
        state: "revoked",
        revocation: { reason: reasons[outcomes.indexOf("revoked")] },
      });
    }));

  test("of a revocation and the CA's acknowledgement of it: revoked is terminal", () =>
    race(60_000, async number => {
      const certificate = await issued(number);
      const revoke = () =>
        revocations().recordRevocation(
          certificate,
          { reason: "keyCompromise", revokedAt: noon, actor: "test" },
          anAudit(certificate.id, "certificate.revoked"),
        );
      await untilNotBusy(revoke);
      await Promise.all([
        untilNotBusy(revoke),
        untilNotBusy(() => revocations().recordRevokedAtCa(certificate.id, noon)),
      ]);
      const enrolment = anEnrolment({ id: certificate.enrolmentId as EnrolmentId });
      const reissued = enrolments().recordIssued(
        enrolment,
        certificate,
        anAudit(certificate.id, "certificate.issued"),
      );
      expect(await reissued).toBe(false);
      expect((await readCertificate(table, certificate.id))?.state).toBe("revoked");
    }));
});
