// What the CA returned against what was asked for (invariant I4): one sound certificate, and one wrong in each respect.

import { beforeAll, describe, expect, it } from "vitest";
import { type Expectation, type Verdict, verifyIssued } from "#core/certificate/verify-issued.ts";
import { sha256Hex } from "#core/sha256.ts";
import * as x509 from "#core/x509.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { caArn } from "#support/records.ts";
import {
  deviceSubject,
  ecKeys,
  type IssueParts,
  issueFrom,
  type KeyPair,
  makeTestCa,
  rsaKeys,
  spkiSha256,
  type TestCa,
} from "#support/test-ca.ts";

const clientAuth = "1.3.6.1.5.5.7.3.2";
const serverAuth = "1.3.6.1.5.5.7.3.1";

let ca: TestCa;
let holder: KeyPair;
let expected: Expectation;

beforeAll(async () => {
  ca = await makeTestCa();
  holder = await ecKeys();
  expected = {
    authority: { certificatePem: ca.certificatePem },
    subject: {
      organization: "acme",
      organizationalUnit: "ec-1a2f3",
      commonName: "device-1",
      altNames: [{ kind: "uri", value: "urn:edgecert:acme:device-1" }],
    },
    csrSpkiSha256: await spkiSha256(holder),
    notAfter: fromNoon(365 * dayMs),
    certificateArn: `${caArn}/certificate/4a3f5c92d1e87b6c`,
  };
});

async function verdictOn(parts: IssueParts): Promise<Verdict> {
  return verifyIssued(await issueFrom(ca, holder, parts), expected);
}

const mismatch = (...reasons: readonly string[]): Verdict => ({ kind: "mismatch", reasons });

describe("a certificate that is what was asked for", () => {
  it("matches, and yields its serial, fingerprint and dates", async () => {
    const pem = await issueFrom(ca, holder);
    const der = new Uint8Array(new x509.X509Certificate(pem).rawData);
    expect(await verifyIssued(pem, expected)).toEqual({
      kind: "match",
      serial: "4a3f5c92d1e87b6c",
      sha256: await sha256Hex(der),
      notBefore: noon,
      notAfter: fromNoon(365 * dayMs),
    });
  });

  it.each<{ readonly name: string; readonly parts: IssueParts }>([
    { name: "its subject's attributes in another order", parts: { subject: [...deviceSubject].reverse() } },
    { name: "a shorter lifetime than asked for", parts: { notAfter: fromNoon(dayMs) } },
  ])("matches with $name", async ({ parts }) => {
    expect(await verdictOn(parts)).toMatchObject({ kind: "match" });
  });

  it("matches with a serial whose top bit DER hides behind a sign octet", async () => {
    const pem = await issueFrom(ca, holder, { serial: "00f1e2d3" });
    const certificateArn = `${caArn}/certificate/f1e2d3`;
    expect(await verifyIssued(pem, { ...expected, certificateArn })).toMatchObject({
      kind: "match",
      serial: "f1e2d3",
    });
  });

  it("matches when an RSA authority signed it", async () => {
    const rsa = await makeTestCa({ keys: await rsaKeys() });
    const pem = await issueFrom(rsa, holder);
    expect(await verifyIssued(pem, { ...expected, authority: rsa })).toMatchObject({ kind: "match" });
  });
});

describe("a certificate that is not", () => {
  it("has another serial than its ARN", async () => {
    expect(await verdictOn({ serial: "4a3f5c92d1e87b6d" })).toEqual(
      mismatch("the serial is not the one in the certificate ARN"),
    );
  });

  it("has a serial of more than 20 octets", async () => {
    expect(await verdictOn({ serial: `01${"00".repeat(20)}` })).toEqual(
      mismatch("the serial is not the one in the certificate ARN"),
    );
  });

  it("comes under an ARN without a serial", async () => {
    const verdict = await verifyIssued(await issueFrom(ca, holder), { ...expected, certificateArn: caArn });
    expect(verdict).toEqual(mismatch("the serial is not the one in the certificate ARN"));
  });

  it("is signed by another key under the authority's name", async () => {
    const impostor = await makeTestCa();
    expect(await verifyIssued(await issueFrom(impostor, holder), expected)).toEqual(
      mismatch("the signature is not the authority's"),
    );
  });

  it("names another issuer, though the authority's key signed it", async () => {
    const renamed = { ...ca, name: "CN=Another CA" };
    expect(await verifyIssued(await issueFrom(renamed, holder), expected)).toEqual(
      mismatch("the issuer is not the authority"),
    );
  });

  it("is signed with a key of another kind than the authority's", async () => {
    const impostor = await makeTestCa({ keys: await rsaKeys() });
    expect(await verifyIssued(await issueFrom(impostor, holder), expected)).toEqual(
      mismatch("the signature is not the authority's"),
    );
  });

  it("is signed with a key on another curve than the authority's", async () => {
    const impostor = await makeTestCa({ keys: await ecKeys("P-384") });
    expect(await verifyIssued(await issueFrom(impostor, holder), expected)).toEqual(
      mismatch("the signature is not the authority's"),
    );
  });

  it("certifies another key than the CSR's", async () => {
    expect(await verifyIssued(await issueFrom(ca, await ecKeys()), expected)).toEqual(
      mismatch("the key is not the CSR's"),
    );
  });

  it.each([
    { name: "a second common name", subject: [...deviceSubject, { CN: ["device-2"] }] },
    { name: "an attribute more", subject: [...deviceSubject, { L: ["Berlin"] }] },
    { name: "an attribute less", subject: deviceSubject.slice(1) },
    { name: "another holder", subject: [{ O: ["acme"] }, { OU: ["ec-1a2f3"] }, { CN: ["device-2"] }] },
    { name: "another slot", subject: [{ O: ["acme"] }, { OU: ["ec-1a2f4"] }, { CN: ["device-1"] }] },
    { name: "another tenant", subject: [{ O: ["evil"] }, { OU: ["ec-1a2f3"] }, { CN: ["device-1"] }] },
    {
      name: "a common name in another case",
      subject: [{ O: ["acme"] }, { OU: ["ec-1a2f3"] }, { CN: ["Device-1"] }],
    },
    // Rendered with a `+`, in which the edge would find no slot.
    { name: "its attributes in one RDN", subject: [{ O: ["acme"], OU: ["ec-1a2f3"], CN: ["device-1"] }] },
    { name: "no subject", subject: [] },
  ])("has a subject with $name", async ({ subject }) => {
    expect(await verdictOn({ subject })).toEqual(mismatch("the subject is not the one asked for"));
  });

  it.each<{ readonly name: string } & Required<Pick<IssueParts, "alternativeNames">>>([
    { name: "no alternative name", alternativeNames: [] },
    { name: "another URI", alternativeNames: [{ type: "url", value: "urn:edgecert:acme:device-2" }] },
    {
      name: "the name as DNS name",
      alternativeNames: [{ type: "dns", value: "urn:edgecert:acme:device-1" }],
    },
    {
      name: "one name too many",
      alternativeNames: [
        { type: "url", value: "urn:edgecert:acme:device-1" },
        { type: "dns", value: "example.com" },
      ],
    },
  ])("has $name", async ({ alternativeNames }) => {
    expect(await verdictOn({ alternativeNames })).toEqual(
      mismatch("the subject alternative names are not the ones asked for"),
    );
  });

  it.each([
    { name: "no extended key usage", extendedKeyUsages: [] },
    { name: "one extended key usage too many", extendedKeyUsages: [clientAuth, serverAuth] },
    { name: "a server's extended key usage", extendedKeyUsages: [serverAuth] },
  ])("has $name", async ({ extendedKeyUsages }) => {
    expect(await verdictOn({ extendedKeyUsages })).toEqual(
      mismatch("the extended key usage is not exactly clientAuth"),
    );
  });

  it("is a CA certificate", async () => {
    expect(await verdictOn({ isCa: true })).toEqual(mismatch("the certificate is a CA certificate"));
  });

  it("lives a second longer than asked for", async () => {
    expect(await verdictOn({ notAfter: fromNoon(365 * dayMs + 1000) })).toEqual(
      mismatch("the lifetime is longer than asked for"),
    );
  });

  it("is told all that is wrong with it at once", async () => {
    expect(await verdictOn({ isCa: true, alternativeNames: [], serial: "02" })).toEqual(
      mismatch(
        "the serial is not the one in the certificate ARN",
        "the subject alternative names are not the ones asked for",
        "the certificate is a CA certificate",
      ),
    );
  });
});
