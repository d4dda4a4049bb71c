// A revocation list is read strictly: what another parser could read otherwise is refused, and nothing partial replaces
// the whole.
import { beforeAll, describe, expect, it } from "vitest";
import type { Crl } from "#core/crl/crl.ts";
import { readCrlPem } from "#core/crl/crl-pem.ts";
import { readCrl } from "#core/crl/read-crl.ts";
import { buildCrl, type CrlEntryParts, type CrlParts, crlPem, extension } from "#support/crl-builder.ts";
import {
  boolean,
  bytes,
  concat,
  contextString,
  element,
  integer,
  nothing,
  oid,
  sequence,
  utf8,
} from "#support/der-builder.ts";
import { noon } from "#support/fixed-time.ts";
import { makeTestCa, type TestCa } from "#support/test-ca.ts";

let ca: TestCa;
beforeAll(async () => {
  ca = await makeTestCa();
});

const read = async (parts: CrlParts): Promise<Crl> => readCrl(await buildCrl(ca, parts));
const codesOf = async (parts: CrlParts): Promise<readonly string[]> =>
  (await read(parts)).findings.map(({ code }) => code);
const malformed = { code: "crl.refused", data: { findings: [{ code: "crl.malformed", pointer: "" }] } };

describe("the serial numbers of a list", () => {
  it.each([
    { name: "zero", contents: "00", serial: "00" },
    { name: "one digit", contents: "04", serial: "04" },
    { name: "the last without a sign octet", contents: "7f", serial: "7f" },
    { name: "the first with one", contents: "0080", serial: "80" },
    { name: "all ones", contents: `00${"ff".repeat(20)}`, serial: "ff".repeat(20) },
    { name: "twenty octets", contents: `01${"00".repeat(19)}`, serial: `01${"00".repeat(19)}` },
    // Not RFC 5280's, but the edge sees the same octets of the certificate.
    { name: "a negative one", contents: "ff", serial: "ff" },
  ])("are the store's: $name", async ({ contents, serial }) => {
    expect([...(await read({ entries: [{ serial: contents }] })).entries.keys()]).toEqual([serial]);
  });

  it.each([
    { name: "21 octets", serial: `01${"00".repeat(20)}` },
    { name: "padding", serial: "0001" },
    { name: "nothing", serial: "" },
  ])("are refused with $name", async ({ serial }) => {
    await expect(read({ entries: [{ serial }] })).rejects.toMatchObject(malformed);
  });

  it("may stand twice, and count once", async () => {
    expect((await read({ entries: [{ serial: "04" }, { serial: "04" }] })).entries.size).toBe(1);
  });
});

describe("the reason of an entry", () => {
  it.each([
    [undefined, "unspecified"],
    [0, "unspecified"],
    [1, "keyCompromise"],
    [6, "certificateHold"],
    [10, "aACompromise"],
  ] as const)("%s means %s", async (reason, name) => {
    const entry: CrlEntryParts = { serial: "04", ...(reason === undefined ? {} : { reason }) };
    const { entries } = await read({ entries: [entry] });
    expect([...entries.values()]).toEqual([{ reason: name, revokedAt: noon }]);
  });

  // 8 is removeFromCRL: in a complete list it says nothing.
  it.each([7, 8, 11])("%s is refused", async reason => {
    await expect(read({ entries: [{ serial: "04", reason }] })).rejects.toMatchObject(malformed);
  });
});

describe("a list that is not the whole truth", () => {
  const scope = (...fields: readonly ReturnType<typeof bytes>[]) =>
    extension("2.5.29.28", sequence(...fields), true);

  it.each([
    { name: "a delta", extensions: () => [extension("2.5.29.27", integer(1n), true)], code: "crl.delta" },
    {
      name: "one distribution point's",
      extensions: () => [scope(element(0xa0, contextString(0, "x")))],
      code: "crl.partial",
    },
    { name: "one about CAs", extensions: () => [scope(contextString(2, bytes(0xff)))], code: "crl.partial" },
    {
      name: "one about some reasons",
      extensions: () => [scope(contextString(3, bytes(1, 0x40)))],
      code: "crl.partial",
    },
    {
      name: "an indirect one",
      extensions: () => [scope(contextString(4, bytes(0xff)))],
      code: "crl.indirect",
    },
    {
      name: "one about attribute certificates",
      extensions: () => [scope(contextString(5, bytes(0xff)))],
      code: "crl.partial",
    },
    {
      name: "one that says something unknown",
      extensions: () => [extension("1.2.3.4", nothing(), true)],
      code: "crl.critical_extension",
    },
  ])("is refused: $name", async ({ extensions, code }) => {
    expect(await codesOf({ extensions: extensions() })).toEqual([code]);
  });

  it.each([
    { name: "about user certificates", extensions: () => [scope(contextString(1, bytes(0xff)))] },
    {
      name: "with an unknown remark that is not critical",
      extensions: () => [extension("1.2.3.4", nothing())],
    },
  ])("is not one $name", async ({ extensions }) => {
    expect(await codesOf({ extensions: extensions() })).toEqual([]);
  });

  it.each([
    { name: "another issuer", oid: "2.5.29.29", code: "crl.indirect" },
    { name: "something unknown", oid: "1.2.3.4", code: "crl.critical_extension" },
  ])("is one whose entry names $name, told once for all entries", async ({ oid: name, code }) => {
    const extensions = [extension(name, sequence(), true)];
    const entries = ["04", "05"].map(serial => ({ serial, extensions }));
    expect(await codesOf({ entries })).toEqual([code]);
  });
});

describe("a list of another shape", () => {
  it.each<{ readonly name: string; readonly parts: () => CrlParts }>([
    { name: "a version that does not exist", parts: () => ({ version: integer(2n) }) },
    { name: "version 1 with extensions", parts: () => ({ version: undefined }) },
    {
      name: "two signature algorithms",
      parts: () => ({ outerAlgorithm: sequence(oid("1.2.840.10045.4.3.3")) }),
    },
    { name: "an extension twice", parts: () => ({ extensions: [extension("2.5.29.20", integer(2n))] }) },
    {
      name: "a negative number",
      parts: () => ({ number: undefined, extensions: [extension("2.5.29.20", element(2, bytes(0xff)))] }),
    },
    {
      name: "criticality that is no boolean",
      parts: () => ({ extensions: [sequence(oid("1.2.3"), boolean(1), nothing())] }),
    },
  ])("is refused: $name", async ({ parts }) => {
    await expect(read(parts())).rejects.toMatchObject(malformed);
  });

  it("is not one of version 1 without extensions", async () => {
    const { number, entries } = await read({
      version: undefined,
      number: undefined,
      entries: [{ serial: "04" }],
    });
    expect([number, entries.size]).toEqual([undefined, 1]);
  });

  it("is refused when anything follows it, or it breaks off", async () => {
    const der = await buildCrl(ca);
    expect(() => readCrl(concat(der, nothing()))).toThrow("crl.refused");
    expect(() => readCrl(der.subarray(0, -1))).toThrow("crl.refused");
    expect(() => readCrl(utf8("no list"))).toThrow("crl.refused");
  });
});

describe("a list in PEM", () => {
  it("is the same list", async () => {
    const der = await buildCrl(ca);
    expect(readCrlPem(crlPem(der))).toEqual(der);
    expect(readCrlPem(crlPem(der).replaceAll("\n", "\r\n"))).toEqual(der);
  });

  it.each([
    (pem: string) => `${pem}${pem}`,
    (pem: string) => `Certificate Revocation List\n${pem}`,
    (pem: string) => pem.replaceAll("X509 CRL", "CERTIFICATE"),
    (pem: string) => pem.replace("-----END", "=-----END"),
  ])("is one block and nothing else", async spoil => {
    const pem = crlPem(await buildCrl(ca));
    expect(() => readCrlPem(spoil(pem))).toThrow("crl.refused");
  });
});
