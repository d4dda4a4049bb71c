// Attributes and extensions: each once, of a known shape, and nothing critical that nobody understands (threat B9).

import { describe, expect, it } from "vitest";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import {
  aCsrPem,
  attribute,
  type CsrParts,
  challenge,
  criticalExtension,
  extension,
  extensionRequest,
  withAltNames,
} from "#support/csr-builder.ts";
import {
  type Bytes,
  bitString,
  boolean,
  bytes,
  context,
  contextString,
  fromHex,
  ia5String,
  integer,
  octetString,
  oid,
  sequence,
  utf8String,
} from "#support/der-builder.ts";
import { codesOf } from "./findings-of.ts";

const [ski, keyUsage, altName, constraints, purposes] = [
  "2.5.29.14",
  "2.5.29.15",
  "2.5.29.17",
  "2.5.29.19",
  "2.5.29.37",
] as const;
const aName = extension(altName, sequence(contextString(2, "a.example")));
const requesting = (...extensions: readonly Bytes[]): CsrParts => ({
  attributes: [extensionRequest(...extensions)],
});

describe("accepts", () => {
  it.each<{ name: string; parts: CsrParts }>([
    { name: "no attributes", parts: {} },
    { name: "a challenge password", parts: { attributes: [challenge("secret")] } },
    {
      name: "what Windows adds",
      parts: { attributes: [attribute("1.3.6.1.4.1.311.13.2.3", ia5String("10.0"))] },
    },
    { name: "both attributes in order", parts: { attributes: [challenge("s"), extensionRequest(aName)] } },
    {
      name: "a critical key usage",
      parts: requesting(criticalExtension(keyUsage, bitString(bytes(0x80), 7))),
    },
    {
      name: "an unknown extension that is not critical",
      parts: requesting(extension("1.2.3.4", bytes(1, 2, 3))),
    },
  ])("$name", async ({ parts }) => {
    expect(await codesOf(aCsrPem(parts))).toEqual([]);
  });
});

describe("refuses", () => {
  const someUsage = extension(keyUsage, bitString(bytes(0x80), 7));

  it.each<{ name: string; parts: CsrParts; code: string }>([
    {
      name: "an unlisted attribute",
      parts: { attributes: [attribute("1.2.3", integer(1n))] },
      code: "csr.attribute_unsupported",
    },
    {
      name: "extensions under Microsoft's identifier",
      parts: { attributes: [attribute("1.3.6.1.4.1.311.2.1.14", sequence(aName))] },
      code: "csr.attribute_unsupported",
    },
    {
      name: "the same attribute twice",
      parts: { attributes: [challenge("a"), challenge("b")] },
      code: "csr.attribute_duplicate",
    },
    {
      name: "two extension requests",
      parts: { attributes: [extensionRequest(someUsage), extensionRequest(aName)] },
      code: "csr.attribute_duplicate",
    },
    {
      name: "an attribute with two values",
      parts: { attributes: [attribute("1.2.840.113549.1.9.7", utf8String("a"), utf8String("b"))] },
      code: "csr.attribute_not_single",
    },
    {
      name: "an attribute without a value",
      parts: { attributes: [attribute("1.2.840.113549.1.9.7")] },
      code: "csr.attribute_not_single",
    },
    {
      name: "attributes out of order",
      parts: { attributes: [extensionRequest(aName), challenge("s")] },
      code: "der.set_not_sorted",
    },
    {
      name: "an attribute of another shape",
      parts: { attributes: [sequence(oid("1.2"))] },
      code: "csr.not_a_request",
    },
    { name: "an empty extension request", parts: requesting(), code: "csr.extension_malformed" },
    {
      name: "an extension that is none",
      parts: requesting(sequence(oid("1.2"))),
      code: "csr.extension_malformed",
    },
    { name: "the same extension twice", parts: requesting(aName, aName), code: "csr.extension_duplicate" },
    {
      name: "the same unknown extension twice",
      parts: requesting(extension("1.2.3", bytes()), extension("1.2.3", bytes(1))),
      code: "csr.extension_duplicate",
    },
    {
      name: "an unknown critical extension",
      parts: requesting(criticalExtension("1.2.3.4", bytes(5, 0))),
      code: "csr.extension_critical_unknown",
    },
    {
      name: "critical FALSE spelled out",
      parts: requesting(criticalExtension("1.2.3.4", bytes(5, 0), boolean(0))),
      code: "der.default_encoded",
    },
    {
      name: "critical as 01",
      parts: requesting(criticalExtension(altName, sequence(contextString(2, "a")), boolean(1))),
      code: "der.boolean_malformed",
    },
    {
      name: "BER inside an extension",
      parts: requesting(extension(altName, fromHex("3080"))),
      code: "der.length_indefinite",
    },
    {
      name: "no alternative names",
      parts: requesting(extension(altName, sequence())),
      code: "csr.extension_malformed",
    },
    {
      name: "no purposes",
      parts: requesting(extension(purposes, sequence())),
      code: "csr.extension_malformed",
    },
    {
      name: "a purpose that is no OID",
      parts: requesting(extension(purposes, sequence(integer(1n)))),
      code: "csr.extension_malformed",
    },
    {
      name: "no key usage bit",
      parts: requesting(extension(keyUsage, bitString(bytes()))),
      code: "csr.extension_malformed",
    },
    {
      name: "trailing zero key usage bits",
      parts: requesting(extension(keyUsage, bitString(bytes(0x80)))),
      code: "csr.extension_malformed",
    },
    {
      name: "a tenth key usage bit",
      parts: requesting(extension(keyUsage, bitString(bytes(0, 0x40), 6))),
      code: "csr.extension_malformed",
    },
    {
      name: "cA FALSE spelled out",
      parts: requesting(extension(constraints, sequence(boolean(0)))),
      code: "der.default_encoded",
    },
    {
      name: "a path length without cA",
      parts: requesting(extension(constraints, sequence(integer(0n)))),
      code: "csr.extension_malformed",
    },
    {
      name: "a key identifier that is none",
      parts: requesting(extension(ski, integer(1n))),
      code: "csr.extension_malformed",
    },
  ])("$name", async ({ parts, code }) => {
    expect(await codesOf(aCsrPem(parts))).toEqual([code]);
  });
});

describe("alternative names", () => {
  it("are read by kind", async () => {
    const parts = withAltNames(
      contextString(2, "*.a.example"),
      contextString(6, "urn:device:1"),
      contextString(1, "ops@a.example"),
      contextString(7, bytes(10, 0, 0, 1)),
      contextString(7, fromHex("20010db8000000000000000000000001")),
      contextString(8, bytes(0x2a, 3)),
    );
    expect(await inspectCsr(aCsrPem(parts))).toMatchObject({
      csr: {
        requested: {
          subjectAltNames: [
            { kind: "dns", value: "*.a.example" },
            { kind: "uri", value: "urn:device:1" },
            { kind: "email", value: "ops@a.example" },
            { kind: "ip", value: "10.0.0.1" },
            { kind: "ip", value: "2001:0db8:0000:0000:0000:0000:0000:0001" },
            { kind: "registeredId", value: "1.2.3" },
          ],
        },
      },
    });
  });

  it.each([
    { name: "a DNS name with a NUL", san: contextString(2, "a.example\0.b"), code: "san.value_malformed" },
    { name: "an empty DNS name", san: contextString(2, ""), code: "san.value_malformed" },
    {
      name: "a DNS label of 64 characters",
      san: contextString(2, "a".repeat(64)),
      code: "san.value_malformed",
    },
    { name: "a DNS name outside ASCII", san: contextString(2, "é.example"), code: "san.value_malformed" },
    { name: "a URI without a scheme", san: contextString(6, "//a"), code: "san.value_malformed" },
    { name: "a URI with a line feed", san: contextString(6, "urn:a\nb"), code: "san.value_malformed" },
    { name: "a mailbox without a domain", san: contextString(1, "a"), code: "san.value_malformed" },
    {
      name: "an address of five octets",
      san: contextString(7, bytes(1, 2, 3, 4, 5)),
      code: "san.value_malformed",
    },
    { name: "an OID cut short", san: contextString(8, bytes(0x80)), code: "san.value_malformed" },
    { name: "a directory name", san: context(4, sequence()), code: "san.kind_unsupported" },
    {
      name: "another name",
      san: context(0, oid("1.2"), context(0, octetString(bytes()))),
      code: "san.kind_unsupported",
    },
    { name: "a universal element", san: integer(1n), code: "san.kind_unsupported" },
  ])("refuse $name", async ({ san, code }) => {
    expect(await codesOf(aCsrPem(withAltNames(san)))).toEqual([code]);
  });

  it("are accepted up to 150 and refused from 151", async () => {
    const names = Array.from({ length: 151 }, (_, index) => contextString(2, `d${index}.example`));
    expect(await codesOf(aCsrPem(withAltNames(...names.slice(1))))).toEqual([]);
    expect(await codesOf(aCsrPem(withAltNames(...names)))).toEqual(["san.too_many"]);
  });
});
