// Only CloudFront's origin certificate opens a connection (threat H1): each way to come without it, and each limit from
// both sides.
import { KeyObject } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { buildCrl, extension as crlExtension, crlPem, subjectOf } from "#support/crl-builder.ts";
import { boolean, context, sequence } from "#support/der-builder.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { makeTestCa, type TestCa } from "#support/test-ca.ts";
import { judgeChain, judgeGatewayCertificate } from "#verifier/chain/judge-chain.ts";
import { readRevocationList } from "#verifier/chain/revocation-list.ts";
import { trustOrigin, trustViewers } from "#verifier/chain/trust.ts";
import {
  clientAuth,
  extension,
  makeAuthority,
  makeCertificate,
  makeClient,
  serverAuth,
  type TestCertificate,
  tlv,
} from "../../../contract/edge/test-authority.ts";

const root = makeAuthority("Origin CA");
const other = makeAuthority("Other CA");
const intermediate = makeAuthority("Intermediate", { issuer: root });
const deeper = makeAuthority("Deeper", { issuer: intermediate });
const trust = trustOrigin(root.pem);
const edge = makeClient(root);

const judge = (chain: readonly TestCertificate[], now = noon, by = trust) =>
  judgeChain(
    chain.map(({ der }) => der),
    by,
    now,
  );

describe("a connection is CloudFront's", () => {
  it.each<readonly [string, () => readonly TestCertificate[]]>([
    ["with a certificate of the origin authority", () => [edge]],
    ["with the authority's own certificate behind it", () => [edge, root]],
    ["with one intermediate", () => [makeClient(intermediate), intermediate]],
    ["with one intermediate and the root", () => [makeClient(intermediate), intermediate, root]],
    ["with certificates that lead nowhere behind it", () => [edge, other, deeper]],
    [
      "without a key usage",
      () => [makeCertificate({ subject: ["CN=x"], issuer: root, extendedKeyUsage: [clientAuth] })],
    ],
    ["for clients and servers", () => [makeClient(root, { extendedKeyUsage: [serverAuth, clientAuth] })]],
  ])("%s", (_, chain) => {
    expect(judge(chain())).toBeUndefined();
  });

  it("to the last second of its certificate, from the first", () => {
    const dated = makeClient(root, { notBefore: fromNoon(-dayMs), notAfter: fromNoon(dayMs) });
    expect(judge([dated], fromNoon(-dayMs - 1))).toBe("not_yet_valid");
    expect(judge([dated], fromNoon(-dayMs))).toBeUndefined();
    expect(judge([dated], fromNoon(dayMs + 999))).toBeUndefined();
    expect(judge([dated], fromNoon(dayMs + 1000))).toBe("expired");
  });
});

describe("a connection is refused", () => {
  it.each<readonly [string, () => readonly TestCertificate[], string]>([
    ["without a certificate", () => [], "missing"],
    ["with a certificate of another CA", () => [makeClient(other)], "untrusted"],
    ["with one of another CA of that name", () => [makeClient(makeAuthority("Origin CA"))], "untrusted"],
    ["with one of another CA, presented too", () => [makeClient(other), other], "untrusted"],
    [
      "with a self-signed one",
      () => [makeCertificate({ subject: ["CN=x"], extendedKeyUsage: [clientAuth] })],
      "untrusted",
    ],
    ["with the authority's own certificate", () => [root], "untrusted"],
    ["with an intermediate's certificate", () => [intermediate], "untrusted"],
    ["with two intermediates", () => [makeClient(deeper), deeper, intermediate], "untrusted"],
    ["without its intermediate", () => [makeClient(intermediate)], "untrusted"],
    ["with a leaf that signs", () => [makeClient(edge), edge], "untrusted"],
    ["with a server's certificate", () => [makeClient(root, { extendedKeyUsage: [serverAuth] })], "purpose"],
    [
      "with one for every purpose",
      () => [makeCertificate({ subject: ["CN=x"], issuer: root, ca: false })],
      "purpose",
    ],
    ["with one that may not sign", () => [makeClient(root, { keyUsage: 0x20 })], "purpose"],
    [
      "with a critical extension that nobody knows",
      () => [makeClient(root, { extraExtensions: [extension("1.2.3.4", tlv(0x05), true)] })],
      "purpose",
    ],
    [
      "with more certificates than anybody needs",
      () => [edge, ...Array<TestCertificate>(5).fill(root)],
      "malformed",
    ],
  ])("%s", (_, chain, fault) => {
    expect(judge(chain())).toBe(fault);
  });

  it("when its certificate is none", () => {
    expect(judgeChain([Buffer.from("no certificate")], trust, noon)).toBe("malformed");
  });

  it("when an intermediate has expired, is for servers, or must not stand there", () => {
    const expired = makeAuthority("I1", { issuer: root, notAfter: fromNoon(-dayMs) });
    expect(judge([makeClient(expired), expired])).toBe("expired");
    const servers = makeAuthority("I2", { issuer: root, extendedKeyUsage: [serverAuth] });
    expect(judge([makeClient(servers), servers])).toBe("purpose");
    const narrow = makeAuthority("Narrow CA", { pathLength: 0 });
    const below = makeAuthority("I3", { issuer: narrow });
    expect(judge([makeClient(narrow)], noon, trustOrigin(narrow.pem))).toBeUndefined();
    expect(judge([makeClient(below), below], noon, trustOrigin(narrow.pem))).toBe("untrusted");
  });
});

describe("trust in the origin authority", () => {
  it("may be in several CAs, for the time of a roll-over", () => {
    const both = trustOrigin(`${root.pem}\n# the next one\n${other.pem}`);
    expect(judge([edge], noon, both)).toBeUndefined();
    expect(judge([makeClient(other)], noon, both)).toBeUndefined();
  });

  it.each([
    ["nothing", () => ""],
    ["no CA", () => edge.pem],
  ])("cannot be in %s", (_, pem) => {
    expect(() => trustOrigin(pem())).toThrow();
  });
});

describe("with revocation lists", () => {
  let ca: TestCa;
  let issuer: TestCertificate;
  beforeAll(async () => {
    ca = await makeTestCa();
    const [privateKey, publicKey] = [KeyObject.from(ca.keys.privateKey), KeyObject.from(ca.keys.publicKey)];
    const name = Buffer.from(subjectOf(ca));
    issuer = { privateKey, publicKey, pem: ca.certificatePem, der: Buffer.alloc(0), keyPem: "", name };
  });
  const entries = [{ serial: "009e2a" }];
  const judgeBy = async (lists: readonly Uint8Array[], serialHex = "009e2a", now = noon) => {
    const read = lists.map(readRevocationList);
    return judge(
      [makeClient(issuer, { serialHex })],
      now,
      trustOrigin(ca.certificatePem, () => read),
    );
  };

  it("a certificate passes that a current list of its issuer does not name, and none that it names", async () => {
    const list = await buildCrl(ca, { entries });
    expect(await judgeBy([list])).toBe("revoked");
    expect(await judgeBy([list], "01")).toBeUndefined();
    expect(await judgeBy([Buffer.from(crlPem(list))], "01")).toBeUndefined();
    expect(await judgeBy([await buildCrl(ca), list])).toBe("revoked");
  });

  it("nobody passes without a list that is the issuer's, signed by it and for now", async () => {
    const unknown = "revocation_unknown";
    const stranger = await makeTestCa();
    expect(await judgeBy([])).toBe(unknown);
    expect(await judgeBy([await buildCrl(await makeTestCa({ name: "CN=Other" }))], "01")).toBe(unknown);
    expect(await judgeBy([await buildCrl(ca, { signer: stranger })], "01")).toBe(unknown);
    const sameKey = await makeTestCa({ name: "CN=Other", keys: ca.keys });
    expect(await judgeBy([await buildCrl(sameKey)], "01")).toBe(unknown);
    expect(await judgeBy([await buildCrl(ca, { nextUpdate: undefined })], "01")).toBe(unknown);
    expect(await judgeBy([await buildCrl(ca, { nextUpdate: noon })], "01")).toBeUndefined();
    expect(await judgeBy([await buildCrl(ca, { nextUpdate: fromNoon(-1000) })], "01")).toBe(unknown);
    expect(await judgeBy([await buildCrl(ca, { thisUpdate: fromNoon(1000) })], "01")).toBe(unknown);
  });

  it("a list that is no list, or not the whole one, is not taken", async () => {
    const list = await buildCrl(ca);
    const cas = await buildCrl(ca, {
      extensions: [crlExtension("2.5.29.28", sequence(context(2, boolean(0xff))), true)],
    });
    for (const bad of [list.subarray(1), Buffer.from(crlPem(list).repeat(2)), cas]) {
      expect(() => readRevocationList(bad)).toThrow();
    }
  });
});

describe("the certificate that API Gateway hands on", () => {
  it("is judged for its purpose and dates again", () => {
    expect(judgeGatewayCertificate(edge.pem, noon)).toBeUndefined();
    expect(judgeGatewayCertificate(undefined, noon)).toBe("missing");
    expect(judgeGatewayCertificate("none", noon)).toBe("malformed");
    const server = makeClient(root, { extendedKeyUsage: [serverAuth] });
    expect(judgeGatewayCertificate(server.pem, noon)).toBe("purpose");
    const late = makeClient(root, { notAfter: fromNoon(-1000) });
    expect(judgeGatewayCertificate(late.pem, noon)).toBe("expired");
  });
});

describe("viewers' chains, where CloudFront has left them to the origin", () => {
  const deepest = makeAuthority("Deepest", { issuer: deeper });
  const tooDeep = makeAuthority("Too deep", { issuer: deepest });
  const viewers = trustViewers(root.pem);

  it("may be as deep as CloudFront takes them, in any order, and no deeper", () => {
    expect(judge([makeClient(deepest), intermediate, deepest, deeper], noon, viewers)).toBeUndefined();
    expect(judge([makeClient(tooDeep), tooDeep, deepest, deeper, intermediate], noon, viewers)).toBe(
      "untrusted",
    );
  });

  it("may name no purpose, and none but a client's", () => {
    const open = makeCertificate({ subject: ["CN=x"], issuer: root, ca: false });
    expect(judge([open], noon, viewers)).toBeUndefined();
    expect(judge([makeClient(root, { extendedKeyUsage: [serverAuth] })], noon, viewers)).toBe("purpose");
  });

  it("keep to the path length of every CA in them", () => {
    const one = makeAuthority("One", { pathLength: 1 });
    const first = makeAuthority("First", { issuer: one });
    const second = makeAuthority("Second", { issuer: first });
    const byOne = trustViewers(one.pem);
    expect(judge([makeClient(first), first], noon, byOne)).toBeUndefined();
    expect(judge([makeClient(second), second, first], noon, byOne)).toBe("untrusted");
  });
});
