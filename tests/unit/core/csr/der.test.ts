// Strict DER: each BER liberty that would give two spellings of one request is refused, under its own code.

import { describe, expect, it } from "vitest";
import type { Bytes } from "#core/csr/bytes.ts";
import { readDer } from "#core/csr/der/read-der.ts";
import { writeDer } from "#core/csr/der/write-der.ts";
import { aCsr, aCsrPem, rsaKey, toPem } from "#support/csr-builder.ts";
import {
  bitString,
  bytes,
  concat,
  element,
  fromHex,
  integer,
  oid,
  sequence,
  set,
  utf8String,
} from "#support/der-builder.ts";
import { codesOf } from "./findings-of.ts";

function defects(der: Bytes): readonly string[] {
  return readDer(der).findings.map(finding => finding.code);
}

function nested(levels: number): Bytes {
  return Array.from({ length: levels - 1 }).reduce<Bytes>(inner => sequence(inner), sequence());
}

describe("reads and writes back unchanged", () => {
  it.each([
    { name: "an empty SEQUENCE", der: sequence() },
    { name: "a SEQUENCE of 127 octets", der: element(0x30, element(0x04, new Uint8Array(125))) },
    {
      name: "a SEQUENCE of 128 octets",
      der: element(0x30, element(0x04, new Uint8Array(125)), bytes(0x05, 0)),
    },
    { name: "an OCTET STRING of 256 octets", der: element(0x04, new Uint8Array(256)) },
    { name: "an OCTET STRING of 65,536 octets", der: element(0x04, new Uint8Array(65_536)) },
    { name: "16 levels", der: nested(16) },
    { name: "512 elements", der: sequence(concat(...Array.from({ length: 511 }, () => bytes(5, 0)))) },
    { name: "a sorted SET", der: set(integer(1n), integer(2n), integer(2n)) },
    { name: "a SET whose shorter member is a prefix", der: set(element(0x04), element(0x04, bytes(0))) },
    { name: "TRUE", der: fromHex("0101ff") },
    { name: "FALSE", der: fromHex("010100") },
    { name: "the INTEGER 128", der: fromHex("02020080") },
    { name: "the INTEGER -128", der: fromHex("020180") },
    { name: "an empty BIT STRING", der: fromHex("030100") },
    { name: "a BIT STRING with 7 unused bits", der: fromHex("03020780") },
    { name: "an OID with an arc of five octets", der: oid("1.2.34359738367") },
    { name: "an OID of 32 octets", der: element(0x06, new Uint8Array(32).fill(1)) },
    { name: "the text é", der: utf8String("é") },
  ])("$name", ({ der }) => {
    const { root, findings } = readDer(der);
    expect(findings).toEqual([]);
    expect(root && writeDer(root)).toEqual(der);
  });
});

describe("refuses", () => {
  it.each([
    { name: "nothing", der: bytes(), code: "der.truncated" },
    { name: "a tag without a length", der: bytes(0x30), code: "der.truncated" },
    { name: "fewer contents than declared", der: fromHex("300305"), code: "der.truncated" },
    { name: "a member longer than its SEQUENCE", der: fromHex("3003040500"), code: "der.truncated" },
    { name: "a length of four octets", der: fromHex("3084ffffffff"), code: "der.truncated" },
    { name: "a length of 126 octets", der: fromHex("30fe00"), code: "der.truncated" },
    { name: "a length field that is cut short", der: fromHex("3082ff"), code: "der.truncated" },
    { name: "an octet after the value", der: fromHex("300000"), code: "der.trailing_bytes" },
    { name: "an indefinite length", der: fromHex("30800000"), code: "der.length_indefinite" },
    {
      name: "127 in the long form",
      der: concat(fromHex("04817f"), new Uint8Array(127)),
      code: "der.length_not_minimal",
    },
    {
      name: "255 in two octets",
      der: concat(fromHex("048200ff"), new Uint8Array(255)),
      code: "der.length_not_minimal",
    },
    { name: "a high tag number", der: fromHex("1f8100"), code: "der.tag_unsupported" },
    { name: "the end-of-contents tag", der: fromHex("0000"), code: "der.tag_unsupported" },
    { name: "a constructed OCTET STRING", der: fromHex("2403040100"), code: "der.tag_unsupported" },
    { name: "a primitive SEQUENCE", der: fromHex("1000"), code: "der.tag_unsupported" },
    { name: "a REAL", der: fromHex("0900"), code: "der.tag_unsupported" },
    { name: "17 levels", der: nested(17), code: "der.too_deep" },
    { name: "ten thousand levels", der: new Uint8Array(20_000).fill(0x30), code: "der.truncated" },
    {
      name: "513 elements",
      der: sequence(concat(...Array.from({ length: 512 }, () => bytes(5, 0)))),
      code: "der.too_many_elements",
    },
    { name: "an unsorted SET", der: set(integer(2n), integer(1n)), code: "der.set_not_sorted" },
    { name: "TRUE as 01", der: fromHex("010101"), code: "der.boolean_malformed" },
    { name: "a BOOLEAN of two octets", der: fromHex("0102ffff"), code: "der.boolean_malformed" },
    { name: "an empty INTEGER", der: fromHex("0200"), code: "der.integer_not_minimal" },
    { name: "the INTEGER 1 in two octets", der: fromHex("02020001"), code: "der.integer_not_minimal" },
    { name: "the INTEGER -1 in two octets", der: fromHex("0202ffff"), code: "der.integer_not_minimal" },
    { name: "a BIT STRING without its count", der: fromHex("0300"), code: "der.bit_string_malformed" },
    { name: "8 unused bits", der: fromHex("03020800"), code: "der.bit_string_malformed" },
    { name: "unused bits of nothing", der: fromHex("030101"), code: "der.bit_string_malformed" },
    { name: "unused bits that are set", der: fromHex("03020781"), code: "der.bit_string_malformed" },
    { name: "a NULL with contents", der: fromHex("050100"), code: "der.null_malformed" },
    { name: "an empty OID", der: fromHex("0600"), code: "der.oid_malformed" },
    { name: "an OID that ends inside an arc", der: fromHex("06022a86"), code: "der.oid_malformed" },
    { name: "an OID with a padded arc", der: fromHex("06032a8001"), code: "der.oid_malformed" },
    {
      name: "an OID with an arc of six octets",
      der: fromHex("06072a818181818101"),
      code: "der.oid_too_long",
    },
    { name: "an OID of 33 octets", der: element(0x06, new Uint8Array(33).fill(1)), code: "der.oid_too_long" },
    { name: "overlong UTF-8", der: fromHex("0c02c080"), code: "der.string_malformed" },
    { name: "a UTF-8 surrogate", der: fromHex("0c03eda080"), code: "der.string_malformed" },
    { name: "an at sign as PrintableString", der: fromHex("130140"), code: "der.string_malformed" },
    { name: "a high bit as IA5String", der: fromHex("160180"), code: "der.string_malformed" },
    { name: "half a BMPString character", der: fromHex("1e0141"), code: "der.string_malformed" },
  ])("$name", ({ der, code }) => {
    expect(defects(der)).toContain(code);
  });

  it("every defect it can still read past, at once", () => {
    expect(defects(sequence(fromHex("02020001"), fromHex("010101"), fromHex("050100")))).toEqual([
      "der.integer_not_minimal",
      "der.boolean_malformed",
      "der.null_malformed",
    ]);
  });
});

describe("a request", () => {
  it("followed by one octet is refused", async () => {
    expect(await codesOf(toPem(concat(aCsr(), bytes(0))))).toEqual(["der.trailing_bytes"]);
  });

  it("with a padded outer length is refused, and nothing else is said of it", async () => {
    const [, , ...contents] = aCsr({ key: rsaKey(2048) });
    // An RSA request has a length of two octets: 30 82 hh ll.
    const padded = concat(bytes(0x30, 0x83, 0), bytes(...contents));
    expect(await codesOf(toPem(padded))).toEqual(["der.length_not_minimal"]);
  });

  it("of indefinite length is refused", async () => {
    const [, , , , ...contents] = aCsr({ key: rsaKey(2048) });
    expect(await codesOf(toPem(concat(bytes(0x30, 0x80), bytes(...contents), bytes(0, 0))))).toEqual([
      "der.length_indefinite",
    ]);
  });

  it.each([
    { name: "an empty SEQUENCE", der: sequence() },
    {
      name: "a certificate",
      der: sequence(
        sequence(element(0xa0, integer(2n)), integer(1n), sequence(), sequence()),
        sequence(oid("1.2.3")),
        bitString(bytes(1)),
      ),
    },
    { name: "a public key", der: rsaKey(2048).spki },
    { name: "no SEQUENCE", der: integer(1n) },
  ])("is not $name", async ({ der }) => {
    expect(await codesOf(toPem(der))).toEqual(["csr.not_a_request"]);
  });

  it("needs its attributes field, if only an empty one", async () => {
    expect(await codesOf(aCsrPem({ attributesField: concat() }))).toEqual(["csr.not_a_request"]);
    expect(await codesOf(aCsrPem({ attributes: [] }))).toEqual([]);
  });

  it.each([1n, 2n, 128n, -1n])("of version %s is refused", async version => {
    const encoded = version < 0n ? fromHex("0201ff") : integer(version);
    expect(await codesOf(aCsrPem({ version: encoded }))).toEqual(["csr.version_unsupported"]);
  });
});
