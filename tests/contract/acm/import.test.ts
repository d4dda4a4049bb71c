// ACM's prerequisites for importing and reimporting, both sides of each, by an unmodified SDK client.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as x509 from "#core/x509.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { ecKeys, makeTestCa, type TestCa } from "#support/test-ca.ts";
import {
  type Acm,
  clientAuth,
  errorOf,
  importPair,
  keyMakers,
  keyPem,
  type Material,
  type MaterialParts,
  makeMaterial,
  serverAuth,
  startAcm,
  stopAcm,
  testCa,
} from "./fixture.ts";

let acm: Acm;
let ca: TestCa;
beforeAll(async () => {
  acm = await startAcm();
  ca = await testCa();
});
afterAll(() => stopAcm(acm));

const refusal = async (material: Material): Promise<string> => errorOf(importPair(acm, material));

describe("a new certificate", () => {
  test.each(Object.keys(keyMakers))("is taken with a %s key", async keyType => {
    const material = await makeMaterial(ca, { keyType: keyType as keyof typeof keyMakers });
    expect(await importPair(acm, material)).toMatch(
      /^arn:aws:acm:us-east-1:111122223333:certificate\/[0-9a-f-]{36}$/,
    );
  });

  test("is refused with another certificate's key", async () => {
    const material = { ...(await makeMaterial(ca)), key: await keyPem(await ecKeys()) };
    expect(await refusal(material)).toBe(
      "ValidationException: The private key does not match the certificate.",
    );
  });

  test.each([
    [
      "an encrypted key",
      { key: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----" },
    ],
    ["a key that is not PEM", { key: "a key" }],
    ["a key of nothing", { key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----" }],
    ["a certificate that is not PEM", { certificate: "a certificate" }],
    [
      "a certificate of nothing",
      { certificate: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
    ],
    ["a chain that is not PEM", { chain: "a chain" }],
  ])("is refused with %s", async (_name, wrong) => {
    expect(await refusal({ ...(await makeMaterial(ca)), ...wrong })).toMatch(/^ValidationException/);
  });

  test("is one certificate: a second one belongs into the chain", async () => {
    const material = await makeMaterial(ca);
    expect(await refusal({ ...material, certificate: `${material.certificate}\n${material.chain}` })).toBe(
      "ValidationException: The certificate field contains more than one certificate. You can specify only one certificate in this field.",
    );
  });

  test.each<[string, MaterialParts, boolean]>([
    ["that begins now", { notBefore: noon }, true],
    ["that begins in a second", { notBefore: fromNoon(1_000) }, false],
    ["that ends now", { notBefore: fromNoon(-dayMs), notAfter: noon }, true],
    ["that ended a second ago", { notBefore: fromNoon(-dayMs), notAfter: fromNoon(-1_000) }, false],
    ["with a DNS name", { dns: ["origin"] }, true],
    ["with a domain as its common name", { dns: [], commonName: "origin.example.com" }, true],
    ["without any domain name", { dns: [], commonName: "origin" }, false],
  ])("%s: taken or refused by its dates and names", async (_name, parts, taken) => {
    const imported = makeMaterial(ca, parts).then(material => importPair(acm, material));
    if (taken) expect(await imported).toContain(":certificate/");
    else expect(await errorOf(imported)).toMatch(/^ValidationException/);
  });

  test("needs a chain in which each certifies the one before, and which leaves the certificate out", async () => {
    const material = await makeMaterial(ca);
    const stranger = await makeTestCa({ name: "CN=Somebody Else" });
    const namesake = await makeTestCa({ name: ca.name });
    const wrongChains = {
      none: undefined,
      "of another CA": stranger.certificatePem,
      "of a CA with the same name": namesake.certificatePem,
      "with itself": `${material.certificate}\n${material.chain}`,
      "with more than leads to it": `${material.chain}\n${stranger.certificatePem}`,
    };
    for (const [name, chain] of Object.entries(wrongChains)) {
      expect(await refusal({ ...material, chain }), name).toMatch(/^ValidationException: (Could|Provided)/);
    }
  });

  test("may be self-signed, and then needs no chain", async () => {
    const keys = await ecKeys();
    const self = await makeTestCa({ name: "CN=self.example.com", keys });
    const material = { certificate: self.certificatePem, key: await keyPem(keys) };
    expect(await importPair(acm, material)).toContain(":certificate/");
    expect(await refusal({ ...material, chain: self.certificatePem })).toMatch(/^ValidationException/);
  });

  test("is held to the API model's sizes, and a refusal never quotes the private key", async () => {
    const material = await makeMaterial(ca);
    const padded = (text: string, length: number): string => text.trim().padEnd(length, "\n");
    await importPair(acm, { ...material, key: padded(material.key, 5_120) });
    const tooLong = await refusal({ ...material, key: padded(material.key, 5_121) });
    expect(tooLong).toMatch(/^ValidationException: .*privateKey.*5120/);
    const secret = Buffer.from(material.key).toString("base64").slice(40, 80);
    expect(tooLong).not.toContain(secret);
    await importPair(acm, { ...material, certificate: padded(material.certificate, 32_768) });
    expect(await refusal({ ...material, certificate: padded(material.certificate, 32_769) })).toMatch(
      /32768/,
    );
  });
});

describe("another certificate under the same ARN", () => {
  const reimport = async (first: MaterialParts, second: MaterialParts): Promise<unknown> => {
    const CertificateArn = await importPair(acm, await makeMaterial(ca, first));
    return importPair(acm, await makeMaterial(ca, second), { CertificateArn });
  };
  const digital = x509.KeyUsageFlags.digitalSignature;
  const both = digital | x509.KeyUsageFlags.keyEncipherment;

  test.each<[string, MaterialParts, MaterialParts, boolean]>([
    ["of the same key type", {}, {}, true],
    ["of another curve", {}, { keyType: "p-384" }, false],
    ["of another key type", {}, { keyType: "rsa-2048" }, false],
    ["with other names", {}, { dns: ["other.example.com"] }, true],
    ["with a further extended key usage", {}, { extendedKeyUsages: [clientAuth, serverAuth] }, true],
    [
      "without clientAuth",
      { extendedKeyUsages: [clientAuth, serverAuth] },
      { extendedKeyUsages: [serverAuth] },
      true,
    ],
    ["without serverAuth", { extendedKeyUsages: [clientAuth, serverAuth] }, {}, false],
    ["with extended key usages where there were none", { extendedKeyUsages: undefined }, {}, false],
    ["with a further key usage", { keyUsages: digital }, { keyUsages: both }, true],
    ["with a key usage less", { keyUsages: both }, { keyUsages: digital }, false],
    ["with key usages where there were none", {}, { keyUsages: digital }, false],
  ])("%s: taken or refused as the user guide says", async (_name, first, second, taken) => {
    if (taken) expect(await reimport(first, second)).toContain(":certificate/");
    else expect(await errorOf(reimport(first, second))).toMatch(/^ValidationException/);
  });

  test("takes no tags, and needs an ARN that exists", async () => {
    const material = await makeMaterial(ca);
    const CertificateArn = await importPair(acm, material, { Tags: [{ Key: "a", Value: "b" }] });
    const tagged = importPair(acm, material, { CertificateArn, Tags: [{ Key: "a", Value: "b" }] });
    expect(await errorOf(tagged)).toMatch(/^ValidationException/);
    const absent = CertificateArn.replace(/.{12}$/, "000000000000");
    expect(await errorOf(importPair(acm, material, { CertificateArn: absent }))).toMatch(
      /^ResourceNotFoundException/,
    );
    const misshapen = "arn:aws:acm:us-east-1:111122223333:key/1";
    expect(await errorOf(importPair(acm, material, { CertificateArn: misshapen }))).toMatch(
      /^InvalidArnException/,
    );
  });
});
