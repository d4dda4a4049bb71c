// A partner's CA becomes an authority only when the edge can tell its name apart from every other, and the trust store
// takes its certificate.
import { beforeAll, describe, expect, it } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import type { Authority } from "#core/authority/authority.ts";
import type { CaDescription } from "#core/authority/describe-ca.ts";
import { registerAuthority } from "#core/authority/register.ts";
import { type Registration, registerAuthoritySchema } from "#core/authority/registration.ts";
import * as x509 from "#core/x509.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { anAuthority, caArn } from "#support/records.ts";
import { type CaParts, ecKeys, makeTestCa, rsaKeys } from "#support/test-ca.ts";

const name = "CN=Partner CA, O=Partner";
const { keyCertSign, cRLSign, digitalSignature } = x509.KeyUsageFlags;

async function register(registration: Registration, known: readonly Authority[] = [], ca?: CaDescription) {
  const inserted: Authority[] = [];
  const audits: AuditRecord[] = [];
  const authority = await registerAuthority(
    {
      registry: {
        listAuthorities: async () => known,
        insertAuthority: async (row, audit) => {
          inserted.push(row);
          audits.push(audit);
          return true;
        },
      },
      describeCa: async () => ca,
      now: () => noon,
    },
    {
      caller: { kind: "operator", subject: "ada", scopes: ["authorities:write"] },
      registration,
      requestId: "request-1",
    },
  );
  return { authority, inserted, audits };
}

const foreign = (certificatePem: string, acceptSubordinates = false): Registration => ({
  kind: "foreign",
  id: "p1",
  certificatePem,
  acceptSubordinates,
});
const pemOf = async (parts: CaParts = {}): Promise<string> =>
  (await makeTestCa({ name, pathLength: 0, keyUsages: keyCertSign | cRLSign, ...parts })).certificatePem;
const unsuitable = (...codes: readonly string[]) => ({
  code: "authority.unsuitable",
  data: { findings: codes.map(code => ({ code, pointer: "/certificatePem" })) },
});

describe("a partner's CA", () => {
  it("becomes an active authority of serials, recorded with its audit", async () => {
    const certificatePem = await pemOf();
    const { authority, inserted, audits } = await register(foreign(certificatePem));
    expect(authority).toEqual({
      id: "p1",
      state: "active",
      kind: "foreign",
      layout: "serials",
      keyAlgorithm: "EC_prime256v1",
      issuerDn: "CN=Partner CA,O=Partner",
      certificatePem,
      chainPem: "",
      notAfter: fromNoon(3650 * dayMs),
      pins: [expect.stringMatching(/^[A-Za-z0-9+/]{22}$/)],
      notBeforeFloor: 0,
      version: 1,
    });
    expect(inserted).toEqual([authority]);
    expect(audits).toMatchObject([
      { subject: "p1", action: "authority.registered", facts: { kind: "foreign" } },
    ]);
  });

  it.each([
    { key: "P-384", keys: () => ecKeys("P-384"), keyAlgorithm: "EC_secp384r1" },
    { key: "RSA 2048", keys: rsaKeys, keyAlgorithm: "RSA_2048" },
  ])("may have a key of $key", async ({ keys, keyAlgorithm }) => {
    const { authority } = await register(foreign(await pemOf({ keys: await keys() })));
    expect(authority).toMatchObject({ keyAlgorithm });
  });

  it("with a key that the trust store does not take is refused", async () => {
    const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-521" }, true, [
      "sign",
      "verify",
    ]);
    await expect(register(foreign(await pemOf({ keys })))).rejects.toMatchObject(
      unsuitable("authority.key_algorithm"),
    );
  });

  it.each<{ readonly name: string; readonly parts: CaParts; readonly code: string }>([
    { name: "that is none", parts: { isCa: false }, code: "authority.not_a_ca" },
    {
      name: "that may not sign certificates",
      parts: { keyUsages: digitalSignature },
      code: "authority.not_a_ca",
    },
    { name: "that is not valid yet", parts: { notBefore: fromNoon(1_000) }, code: "authority.not_current" },
    {
      name: "that has expired",
      parts: { notBefore: fromNoon(-dayMs), notAfter: fromNoon(-1_000) },
      code: "authority.not_current",
    },
    { name: "whose name has two renderings", parts: { name: "CN=Größe" }, code: "authority.name" },
    { name: "that may sign further CAs", parts: { pathLength: 1 }, code: "authority.subordinates_possible" },
  ])("$name is refused", async ({ parts, code }) => {
    await expect(register(foreign(await pemOf(parts)))).rejects.toMatchObject(unsuitable(code));
  });

  it("that may sign further CAs is taken when the operator says so", async () => {
    const { certificatePem } = await makeTestCa({ name });
    await expect(register(foreign(certificatePem))).rejects.toMatchObject(
      unsuitable("authority.subordinates_possible"),
    );
    expect((await register(foreign(certificatePem, true))).authority).toMatchObject({ kind: "foreign" });
  });

  it("is refused with everything wrong about it at once", async () => {
    const pem = await pemOf({ name: "CN=Größe", pathLength: 1, notBefore: fromNoon(1_000) });
    await expect(register(foreign(pem))).rejects.toMatchObject(
      unsuitable("authority.not_current", "authority.subordinates_possible", "authority.name"),
    );
  });
});

/** Three octets behind the certificate, in base64 that is as good as before. */
function withTrailingBytes(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
  const text = Buffer.concat([der, Buffer.alloc(3)]).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
}

describe("the text of its certificate", () => {
  let pem: string;
  beforeAll(async () => {
    pem = await pemOf();
  });

  it("reaches the trust store written anew", async () => {
    const { authority } = await register(foreign(`\n${pem.replaceAll("\n", "\r\n")}\n`));
    expect(authority.certificatePem).toBe(pem);
  });

  it.each([
    { what: "nothing", text: () => "" },
    { what: "two certificates", text: () => pem + pem },
    { what: "something before it", text: () => `x\n${pem}` },
    { what: "another label", text: () => pem.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE") },
    { what: "something behind it in the block", text: () => withTrailingBytes(pem) },
  ])("is refused with $what", async ({ text }) => {
    await expect(register(foreign(text()))).rejects.toMatchObject(unsuitable("authority.not_a_certificate"));
  });
});

// Chain building folds case, and the edge's record of an authority does not: a partner named like ours but for case
// could sign a certificate that names ours, and be judged by our pages.
describe("its name", () => {
  it.each([
    "CN=Device CA, O=Edgecert Test",
    "O=Edgecert Test, CN=Device CA",
    "CN=device ca, O=EDGECERT TEST",
  ])("%s is taken", async taken => {
    const pem = await pemOf({ name: taken });
    await expect(register(foreign(pem), [anAuthority()])).rejects.toMatchObject(
      unsuitable("authority.name_taken"),
    );
  });

  it("is free when a word differs", async () => {
    const pem = await pemOf({ name: "CN=Device CA 2, O=Edgecert Test" });
    expect((await register(foreign(pem), [anAuthority()])).authority.issuerDn).toContain("Device CA 2");
  });
});

describe("a Private CA with a past", () => {
  it("is adopted with serials, and never issued from", async () => {
    const { certificatePem } = await makeTestCa();
    const ca = { status: "ACTIVE", keyAlgorithm: "RSA_2048", certificatePem, chainPem: "" };
    const { authority } = await register({ kind: "adopted", id: "a1", caArn }, [], ca);
    expect(authority).toMatchObject({ kind: "adopted", layout: "serials", caArn });
    expect(authority).not.toHaveProperty("nextSlot");
  });
});

describe("the body of a registration", () => {
  it.each([
    { id: "m1", caArn },
    { id: "m1", kind: "managed", caArn },
    { id: "a1", kind: "adopted", caArn },
    { id: "p1", kind: "foreign", certificatePem: "x" },
    { id: "p1", kind: "foreign", certificatePem: "x", acceptSubordinates: true },
  ])("may be $kind", body => {
    expect(registerAuthoritySchema.safeParse(body).success).toBe(true);
  });

  it.each([
    { id: "p1", kind: "foreign", caArn },
    { id: "p1", certificatePem: "x" },
    { id: "p1", kind: "foreign", certificatePem: "x".repeat(16_385) },
    { id: "m1", kind: "managed", caArn, certificatePem: "x" },
    { id: "m1", kind: "other", caArn },
    null,
    "m1",
  ])("may not be %j", body => {
    expect(registerAuthoritySchema.safeParse(body).success).toBe(false);
  });
});
