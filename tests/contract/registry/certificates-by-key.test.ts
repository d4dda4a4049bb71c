// A key leads to every certificate it is in: what a stolen key is revoked by.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import { findCertificatesByKey } from "#aws/registry/read-certificate.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { certificateId } from "#core/certificate/certificate.ts";
import { noon } from "#support/fixed-time.ts";
import { aSerial, aSlot } from "#support/records.ts";
import {
  auditOf,
  putAuthority,
  putCertificate,
  putEnrolment,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";

const stolen = "5b".repeat(32);
let registry: TestRegistry;
let table: RegistryTable;
beforeAll(async () => {
  registry = await startTestRegistry();
  table = await registry.table();
  await putAuthority(table, { nextSlot: 4_096 });
});
afterAll(() => registry.stop());

describe("the certificates of a key", () => {
  it("are none for a key that nobody enrolled", async () => {
    expect(await findCertificatesByKey(table, stolen)).toEqual([]);
  });

  it("are all of its holder's, beyond one page of pointers, and nobody else's", async () => {
    const ids: string[] = [];
    for (let slot = 0; slot < 101; slot += 1) {
      const { id } = await putCertificate(table, slot, { spkiSha256: stolen, holder: "pump-1" });
      ids.push(id);
    }
    await putCertificate(table, 200, { holder: "pump-1" });
    const found = await findCertificatesByKey(table, stolen);
    expect(found.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  it("are still found when one is revoked and the key is blocked", async () => {
    const [certificate] = await findCertificatesByKey(table, stolen);
    if (certificate === undefined) throw new Error("the key has certificates");
    await dynamoRevocationRegistry(table).recordRevocation(
      certificate,
      { reason: "keyCompromise", revokedAt: noon, actor: "operator:ada" },
      auditOf(certificate.id, "certificate.revoked"),
    );
    const rows = await rowsOf(table, `KEY#${stolen}`);
    expect(rows.find(({ sk }) => sk === "KEY")).toMatchObject({ blockedAt: noon.toISOString() });
    const found = await findCertificatesByKey(table, stolen);
    expect(found.filter(({ state }) => state === "revoked").map(({ id }) => id)).toEqual([certificate.id]);
    expect(found).toHaveLength(101);
  });
});

describe("a key that is blocked while its certificate is being signed", () => {
  it("gets no certificate", async () => {
    const key = "6c".repeat(32);
    const first = await putCertificate(table, 300, { spkiSha256: key, holder: "pump-2" });
    const certificate = {
      ...first,
      id: certificateId("m1", aSerial("c0ffee")),
      serial: aSerial("c0ffee"),
      slot: aSlot(301),
      sha256: "7d".repeat(32),
      enrolmentId: `enr_${"7d".repeat(16)}`,
    };
    const enrolment = await putEnrolment(table, certificate);
    await dynamoRevocationRegistry(table).recordRevocation(
      first,
      { reason: "keyCompromise", revokedAt: noon, actor: "operator:ada" },
      auditOf(first.id, "certificate.revoked"),
    );
    const registered = dynamoEnrolmentRegistry(table);
    const audit = auditOf(certificate.id, "certificate.issued");
    expect(await registered.recordIssued(enrolment, certificate, audit)).toBe(false);
    expect(await registered.readCertificate(certificate.id)).toBeUndefined();
  });
});
