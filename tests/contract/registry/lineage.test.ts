// What renewals write, on DynamoDB's own engine: one successor for each certificate, none for a lineage that has ended,
// whoever races whom (threats A4, D1).
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import { dynamoHoldRegistry } from "#aws/registry/hold-registry.ts";
import { readCertificate } from "#aws/registry/read-certificate.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { type Certificate, certificateId, type RevocationReason } from "#core/certificate/certificate.ts";
import type { Enrolment, EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { RecordedEnrolment } from "#core/enrolment/ports.ts";
import { isAppError } from "#core/error.ts";
import { renewalWindow } from "#core/renewal/window.ts";
import { noon } from "#support/fixed-time.ts";
import { aCertificate, anEnrolment, aSerial, aSlot } from "#support/records.ts";
import {
  auditOf,
  putAuthority,
  putCertificate,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";

let registry: TestRegistry;
let table: RegistryTable;
let number = 0;
beforeAll(async () => {
  registry = await startTestRegistry();
  table = await registry.table();
  await putAuthority(table);
});
afterAll(() => registry.stop());

/** A certificate that nobody else's test has. */
function aFresh(parts: Partial<Certificate> = {}): Promise<Certificate> {
  number += 1;
  return putCertificate(table, number, parts);
}

const hex = (value: number): string => value.toString(16).padStart(64, "0");

function theRenewal(of: Certificate, parts: Partial<Enrolment> = {}): Enrolment {
  number += 1;
  const digest = hex(0x100_0000 + number);
  return anEnrolment({
    id: `enr_${digest.slice(-32)}` as EnrolmentId, // Ids are digests, which a test makes up.
    tenant: of.tenant,
    holder: of.holder,
    slot: aSlot(number),
    spkiSha256: digest,
    renews: of.id,
    ...parts,
  });
}

function theSuccessor(enrolment: Enrolment): Certificate {
  const serial = aSerial(`b${enrolment.spkiSha256.slice(-15)}`);
  return aCertificate({
    id: certificateId("m1", serial),
    serial,
    slot: enrolment.slot,
    holder: enrolment.holder,
    sha256: enrolment.spkiSha256,
    spkiSha256: enrolment.spkiSha256,
    enrolmentId: enrolment.id,
    ...(enrolment.renews === undefined ? {} : { renews: enrolment.renews }),
  });
}

const enrolments = () => dynamoEnrolmentRegistry(table);

function intend(of: Certificate, enrolment: Enrolment) {
  const { id, version } = of;
  const audit = auditOf(enrolment.id, "enrolment.accepted");
  return enrolments().recordIntent(enrolment, audit, [], { id, version });
}

async function intended(of: Certificate, parts: Partial<Enrolment> = {}): Promise<RecordedEnrolment> {
  const intent = await intend(of, theRenewal(of, parts));
  if (intent.kind !== "recorded") throw new Error(`the intent was not recorded: ${intent.kind}`);
  return intent.enrolment;
}

function issue(enrolment: RecordedEnrolment): Promise<boolean> {
  const certificate = theSuccessor(enrolment);
  return enrolments().recordIssued(enrolment, certificate, auditOf(certificate.id, "certificate.issued"));
}

async function current({ id }: Pick<Certificate, "id">): Promise<Certificate> {
  const certificate = await readCertificate(table, id);
  if (certificate === undefined) throw new Error(`there is no ${id}`);
  return certificate;
}

function revoke(certificate: Certificate, reason: RevocationReason = "keyCompromise") {
  const revocation = { reason, revokedAt: noon, actor: "operator:ada" };
  const audit = auditOf(certificate.id, "certificate.revoked");
  return dynamoRevocationRegistry(table).recordRevocation(certificate, revocation, audit);
}

describe("a renewal", () => {
  test("is taken up with its intent and joins the lineage with its certificate", async () => {
    const old = await aFresh();
    const enrolment = await intended(old);
    expect(await current(old)).toMatchObject({ renewalEnrolmentId: enrolment.id, renewalCount: 1 });
    expect(await issue(enrolment)).toBe(true);
    const { id } = theSuccessor(enrolment);
    expect(await current(old)).toMatchObject({ renewedBy: id, state: "active" });
    expect(await current({ id })).toMatchObject({ renews: old.id, state: "active" });
  });

  test("is not taken up for a certificate that is no longer as it was read", async () => {
    const old = await aFresh();
    await intended(old);
    const late = theRenewal(old);
    expect(await intend(old, late)).toEqual({ kind: "renewed_moved_on" });
    expect(await enrolments().readEnrolment(late.id)).toBeUndefined();
  });

  test("that was taken up is answered as such, whatever its certificate is by now", async () => {
    const old = await aFresh();
    const enrolment = await intended(old);
    await revoke(old);
    expect(await intend(old, enrolment)).toMatchObject({ kind: "exists", enrolment: { id: enrolment.id } });
  });

  test.each(["active", "expired", "superseded"] as const)("is taken up for one that is %s", async state => {
    const old = await aFresh({ state });
    expect((await intend(old, theRenewal(old))).kind).toBe("recorded");
  });

  test.each(["held", "revoked"] as const)("is not taken up for one that is %s", async state => {
    const old = await aFresh({ state });
    expect(await intend(old, theRenewal(old))).toEqual({ kind: "renewed_moved_on" });
  });
});

describe("a lineage that ends between intent and certificate", () => {
  test("by a revocation gets no successor", async () => {
    const old = await aFresh();
    const enrolment = await intended(old);
    await revoke(old);
    expect(await issue(enrolment)).toBe(false);
    expect(await readCertificate(table, theSuccessor(enrolment).id)).toBeUndefined();
    expect(await enrolments().readEnrolment(enrolment.id)).toMatchObject({ state: "accepted" });
  });

  test("by a hold gets none while it is held", async () => {
    const old = await aFresh();
    const enrolment = await intended(old);
    await dynamoHoldRegistry(table).recordHold(old, auditOf(old.id, "certificate.held"));
    expect(await issue(enrolment)).toBe(false);
  });

  test("and one that expires meanwhile still does", async () => {
    const old = await aFresh({ state: "expired" });
    expect(await issue(await intended(old))).toBe(true);
  });
});

describe("a successor that was never seen", () => {
  async function lineage() {
    const old = await aFresh();
    const first = await intended(old);
    await issue(first);
    return { old, first: theSuccessor(first).id };
  }

  test("is superseded by the one that replaces it, and falls due at once", async () => {
    const { old, first } = await lineage();
    const second = await intended(await current(old), { replaces: first });
    expect(await current({ id: first })).toMatchObject({ state: "active" });
    expect(await issue(second)).toBe(true);
    const { id } = theSuccessor(second);
    expect(await current(old)).toMatchObject({ renewedBy: id, renewalCount: 2 });
    expect(await current({ id: first })).toMatchObject({
      state: "superseded",
      supersededAt: noon,
      renewedBy: id,
    });
    const [row] = await rowsOf(table, `CERTIFICATE#${first}`);
    expect(row?.["dueSk"]).toBe(`${noon.toISOString()}#${first}`);
  });

  test.each(["is seen", "is renewed", "is revoked"] as const)(
    "and %s before the other is recorded keeps its place",
    async what => {
      const { old, first } = await lineage();
      const second = await intended(await current(old), { replaces: first });
      const certificate = await current({ id: first });
      if (what === "is renewed") await intended(certificate);
      else if (what === "is revoked") await revoke(certificate);
      else await see(first);
      expect(await issue(second)).toBe(false);
      expect((await current(old)).renewedBy).toBe(first);
    },
  );
});

/** Ten at once: the engine takes about as long however many wait. */
async function hundredTimes(race: () => Promise<void>): Promise<void> {
  for (let tens = 0; tens < 10; tens += 1) await Promise.all(Array.from({ length: 10 }, race));
}

describe("racing", () => {
  test("two renewals of one certificate, a hundred times, leave one of them", async () => {
    await hundredTimes(async () => {
      const old = await aFresh();
      const both = [theRenewal(old), theRenewal(old)];
      const results = await Promise.allSettled(both.map(enrolment => intend(old, enrolment)));
      const kinds = results.map(result => (result.status === "fulfilled" ? result.value.kind : "busy"));
      for (const result of results)
        if (result.status === "rejected") expect(isAppError(result.reason, "registry.busy")).toBe(true);
      expect(kinds.filter(kind => kind === "recorded").length).toBeLessThanOrEqual(1);
      const { renewalEnrolmentId, renewalCount } = await current(old);
      const winner = both[kinds.indexOf("recorded")];
      expect([renewalEnrolmentId, renewalCount ?? 0]).toEqual(
        winner === undefined ? [undefined, 0] : [winner.id, 1],
      );
    });
  });

  test("a revocation and a successor, a hundred times, never leave a successor that the revocation did not precede", async () => {
    await hundredTimes(async () => {
      const old = await aFresh();
      const enrolment = await intended(old);
      const [revoked, issued] = await Promise.allSettled([revoke(old), issue(enrolment)]);
      const delivered = issued.status === "fulfilled" && issued.value;
      const { state, renewedBy } = await current(old);
      expect(state).toBe(revoked.status === "fulfilled" ? "revoked" : "active");
      // Delivered means linked, so that whoever revokes finds it; not delivered means that there is none.
      const successor = theSuccessor(enrolment).id;
      expect(renewedBy).toBe(delivered ? successor : undefined);
      expect((await readCertificate(table, successor)) !== undefined).toBe(delivered);
    });
  });
});

test("a certificate is in the index of what is due at the start of its renewal window", async () => {
  const certificate = await aFresh();
  const [row] = await rowsOf(table, `CERTIFICATE#${certificate.id}`);
  const start = renewalWindow(certificate).start.toISOString();
  expect(row?.["dueSk"]).toBe(`${start}#${certificate.id}`);
  expect(row?.["duePk"]).toMatch(new RegExp(`^DUE#${start.slice(0, 10)}#\\d+$`));
});

/** As the reader of connection logs will record it. */
async function see(id: string): Promise<void> {
  await table.documents.send(
    new UpdateCommand({
      TableName: table.tableName,
      Key: { pk: `CERTIFICATE#${id}`, sk: "CERTIFICATE" },
      UpdateExpression: "SET lastSeenAt = :at",
      ExpressionAttributeValues: { ":at": noon.toISOString() },
    }),
  );
}
