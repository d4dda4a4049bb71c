// The trust store's text, held to CloudFront's documented rules before it is uploaded.
import { beforeAll, describe, expect, it } from "vitest";
import { buildTrustBundle } from "#core/authority/trust-bundle.ts";
import { ecKeys, type KeyPair, makeTestCa } from "#support/test-ca.ts";

let keys: KeyPair;
const caNamed = async (name: string, isCa = true): Promise<string> =>
  (await makeTestCa({ name, keys, isCa })).certificatePem;
const manyCas = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => caNamed(`CN=CA ${index}`)));

beforeAll(async () => {
  keys = await ecKeys();
});

/** The codes of the findings; none for a bundle that stands. */
function codesOf(pems: readonly string[]): readonly string[] {
  try {
    buildTrustBundle(pems);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: "authority.unsuitable" });
    return (error as { data: { findings: { code: string }[] } }).data.findings.map(({ code }) => code); // As just expected.
  }
}

describe("a trust bundle", () => {
  it("is the certificates in the order given, without blank lines", async () => {
    const pems = await manyCas(3);
    expect(buildTrustBundle(pems)).toBe(pems.join(""));
    expect(buildTrustBundle([...pems].reverse())).toBe([...pems].reverse().join(""));
  });

  it("takes chains, and leaves comments, blank lines and carriage returns behind", async () => {
    const [first = "", second = ""] = await manyCas(2);
    const messy = `# issuing\r\n${first.replaceAll("\n", "\r\n")}\r\n\r\n# root\r\n${second}\n\n`;
    expect(buildTrustBundle([messy])).toBe(first + second);
  });

  it("holds a certificate that is given twice once", async () => {
    const [pem = ""] = await manyCas(1);
    expect(buildTrustBundle([pem, pem + pem])).toBe(pem);
  });

  it("holds 25 certificates and no more", async () => {
    const pems = await manyCas(26);
    expect(codesOf(pems.slice(0, 25))).toEqual([]);
    expect(codesOf(pems)).toEqual(["trust_bundle.too_many"]);
  });

  // A name is the part of a certificate that its maker can make as long as he likes.
  const longNamed = (octets: number): Promise<string> => caNamed(`CN=${"x".repeat(octets)}`);

  it("holds certificates of 16,384 bytes and no more", async () => {
    const [fits, over] = await Promise.all([longNamed(5_800), longNamed(6_100)]);
    expect([fits.length <= 16_384, over.length > 16_384]).toEqual([true, true]);
    expect(codesOf([fits])).toEqual([]);
    expect(codesOf([over])).toEqual(["trust_bundle.certificate_too_large"]);
  });

  it("is 65,536 bytes long and no more", async () => {
    const most = await Promise.all(Array.from({ length: 4 }, (_, index) => longNamed(5_500 + index)));
    const room = 65_536 - most.join("").length;
    let fits = "";
    let over = "";
    for (let octets = 1; over === ""; octets += 16) {
      const next = await longNamed(octets);
      if (next.length <= room) fits = next;
      else over = next;
    }
    expect([fits.length > room - 64, over.length < room + 64]).toEqual([true, true]);
    expect(codesOf([...most, fits])).toEqual([]);
    expect(codesOf([...most, over])).toEqual(["trust_bundle.too_large"]);
  });

  it("is never empty", () => {
    expect(codesOf([])).toEqual(["trust_bundle.empty"]);
    expect(codesOf(["no PEM at all"])).toEqual(["trust_bundle.empty"]);
  });

  it("holds no certificate that is not a CA's", async () => {
    expect(codesOf([await caNamed("CN=CA"), await caNamed("CN=device-1", false)])).toEqual([
      "trust_bundle.not_a_ca",
    ]);
  });

  it.each([
    { name: "a private key", block: "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n" },
    {
      name: "a request",
      block: "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n",
    },
    {
      name: "a certificate in name only",
      block: "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    },
    {
      name: "a certificate in foreign letters",
      block: "-----BEGIN CERTIFICATE-----\n****\n-----END CERTIFICATE-----\n",
    },
    { name: "a certificate that breaks off", block: "-----BEGIN CERTIFICATE-----\nMIIB" },
  ])("is refused, not shortened, for $name among the certificates", async ({ block }) => {
    expect(codesOf([await caNamed("CN=CA"), block])).toEqual(["trust_bundle.not_a_certificate"]);
  });

  it("is refused with everything wrong about it at once", async () => {
    const pems = await manyCas(26);
    expect(codesOf([...pems, await caNamed("CN=device-1", false), "-----BEGIN X-----\n"])).toEqual([
      "trust_bundle.not_a_certificate",
      "trust_bundle.too_many",
      "trust_bundle.not_a_ca",
    ]);
  });
});
