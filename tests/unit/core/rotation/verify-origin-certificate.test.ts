import { expect, test } from "vitest";
import { verifyOriginCertificate } from "#core/rotation/verify-origin-certificate.ts";
import * as x509 from "#core/x509.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { ecKeys, type IssueParts, makeTestCa, rsaKeys, spkiSha256 } from "#support/test-ca.ts";
import { type Held, originPair } from "./origin-world.ts";

const ca = await makeTestCa({ name: "CN=Origin Root" });
const faultsOf = async (pair: Held, more = {}) =>
  (await verifyOriginCertificate(pair, { ca, now: noon, ...more })).faults;

test("a sound certificate has no faults, with either key type", async () => {
  expect(await faultsOf(await originPair(ca))).toEqual([]);
  expect(await faultsOf(await originPair(ca, {}, rsaKeys()))).toEqual([]);
});

test.each<[string, IssueParts, string]>([
  [
    "serverAuth beside clientAuth",
    { extendedKeyUsages: [x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.serverAuth] },
    "the extended key usage is not exactly clientAuth",
  ],
  ["no extended key usage", { extendedKeyUsages: [] }, "the extended key usage is not exactly clientAuth"],
  ["CA rights", { isCa: true }, "the certificate is a CA certificate"],
  ["a start in a second", { notBefore: fromNoon(1_000) }, "the certificate is not valid yet"],
  [
    "an end a second ago",
    { notBefore: fromNoon(-dayMs), notAfter: fromNoon(-1_000) },
    "the certificate has expired",
  ],
  ["no name", { alternativeNames: [] }, "the subject alternative name is not origin.edgecert.internal"],
])("one with %s has that one fault", async (_name, parts, fault) => {
  expect(await faultsOf(await originPair(ca, parts))).toEqual([fault]);
});

test("its validity includes its first and its last second", async () => {
  expect(await faultsOf(await originPair(ca, { notBefore: noon }))).toEqual([]);
  expect(await faultsOf(await originPair(ca, { notBefore: fromNoon(-dayMs), notAfter: noon }))).toEqual([]);
});

test("P-384 is refused: CloudFront does not take it", async () => {
  const faults = await faultsOf(await originPair(ca, {}, ecKeys("P-384")));
  expect(faults).toEqual(["the key is neither P-256 nor RSA with 2048 bits"]);
});

test("key and lifetime are held to what was asked for", async () => {
  const keys = await ecKeys();
  const pair = await originPair(ca, {}, Promise.resolve(keys));
  const notAfter = fromNoon(90 * dayMs);
  const asked = { spkiSha256: await spkiSha256(keys), notAfter };
  expect(await faultsOf(pair, { asked })).toEqual([]);
  expect(
    await faultsOf(pair, { asked: { ...asked, notAfter: new Date(notAfter.getTime() - 1_000) } }),
  ).toEqual(["the lifetime is longer than asked for"]);
  expect(await faultsOf(pair, { asked: { ...asked, spkiSha256: await spkiSha256(await ecKeys()) } })).toEqual(
    ["the key is not the request's"],
  );
});

test("a CA of the same name with another key is another CA", async () => {
  const namesake = await makeTestCa({ name: ca.name });
  expect(await faultsOf(await originPair(namesake))).toEqual([
    "the signature is not the origin authority's CA's",
    "the chain does not begin with the origin authority's CA",
  ]);
});

test("the chain begins with the CA, leads to a root and is no deeper than CloudFront takes", async () => {
  const pair = await originPair(ca);
  const other = (await makeTestCa({ name: "CN=Other" })).certificatePem;
  const withChain = (...chain: readonly string[]) => faultsOf({ ...pair, chainPem: chain.join("") });
  expect(await withChain(other)).toEqual(["the chain does not begin with the origin authority's CA"]);
  expect(await withChain(ca.certificatePem, other)).toEqual(["the chain does not lead to a root"]);
  expect(await withChain(ca.certificatePem, ca.certificatePem)).toEqual([]);
  expect(await withChain(...Array(3).fill(ca.certificatePem))).toEqual(["the chain is too deep"]);
  expect(await withChain("")).toContain("the chain does not lead to a root");
});
