// Elliptic curve keys: three named curves, and a point that really is on them (threat B5).

import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { aCsrPem, ecKey, ecSpki, pointOf, toTestKey } from "#support/csr-builder.ts";
import { bytes, concat, fromHex } from "#support/der-builder.ts";
import { codesOf } from "./findings-of.ts";

const curves = [
  { curve: "P-256", oid: "1.2.840.10045.3.1.7", octets: 32 },
  { curve: "P-384", oid: "1.3.132.0.34", octets: 48 },
  { curve: "P-521", oid: "1.3.132.0.35", octets: 66 },
];

describe.each(curves)("$curve", ({ curve, oid, octets }) => {
  const key = ecKey(curve);
  const point = pointOf(key, octets);

  it("is accepted", async () => {
    const inspection = await inspectCsr(aCsrPem({ key }));
    expect(inspection).toMatchObject({ kind: "sound", csr: { key: { kind: "ec", curve } } });
  });

  it("is refused with a point off the curve", async () => {
    const off = point.slice();
    off[off.length - 1] = (off.at(-1) ?? 0) ^ 1;
    expect(await codesOf(aCsrPem({ key, spki: ecSpki(oid, off) }))).toContain("key.point_off_curve");
  });

  it("is refused with the origin, which solves no curve equation", async () => {
    const origin = concat(bytes(4), new Uint8Array(2 * octets));
    expect(await codesOf(aCsrPem({ key, spki: ecSpki(oid, origin) }))).toContain("key.point_off_curve");
  });

  it("is refused with coordinates beyond the field", async () => {
    const beyond = concat(bytes(4), new Uint8Array(2 * octets).fill(0xff));
    expect(await codesOf(aCsrPem({ key, spki: ecSpki(oid, beyond) }))).toContain("key.point_off_curve");
  });

  it("is refused with the compressed point, though it verifies", async () => {
    const sign = ((point.at(-1) ?? 0) & 1) === 1 ? 3 : 2;
    const compressed = concat(bytes(sign), point.slice(1, 1 + octets));
    expect(await codesOf(aCsrPem({ key, spki: ecSpki(oid, compressed) }))).toContain("key.point_compressed");
  });

  it.each([
    { name: "the point at infinity", bad: bytes(0), code: "key.point_infinity" },
    { name: "no point", bad: bytes(), code: "key.point_malformed" },
    { name: "a hybrid point", bad: concat(bytes(6), point.slice(1)), code: "key.point_malformed" },
    { name: "a point that is an octet short", bad: point.slice(0, -1), code: "key.point_malformed" },
    { name: "a point that is an octet long", bad: concat(point, bytes(0)), code: "key.point_malformed" },
  ])("is refused with $name", async ({ bad, code }) => {
    expect(await codesOf(aCsrPem({ key, spki: ecSpki(oid, bad) }))).toContain(code);
  });
});

describe("refuses", () => {
  it.each(["prime192v1", "secp224r1", "secp256k1", "brainpoolP256r1"])("the curve %s", async name => {
    expect(await codesOf(aCsrPem({ key: ecKey(name) }))).toEqual(["key.curve_unsupported"]);
  });

  it("P-256 spelled out as explicit parameters", async () => {
    expect(await codesOf(aCsrPem({ key: ecKey("P-256", "explicit") }))).toEqual(["key.curve_explicit"]);
  });

  it("a point of one curve under the name of another", async () => {
    const spki = ecSpki("1.3.132.0.34", pointOf(ecKey("P-256"), 32));
    expect(await codesOf(aCsrPem({ spki }))).toContain("key.point_malformed");
  });

  it("an Edwards key", async () => {
    const key = toTestKey(generateKeyPairSync("ed25519"));
    expect(await codesOf(aCsrPem({ spki: key.spki }))).toEqual(["key.type_unsupported"]);
  });

  it("an ML-DSA key, by its identifier alone", async () => {
    const spki = fromHex("3011300b0609608648016503040311030200ff");
    expect(await codesOf(aCsrPem({ spki }))).toEqual(["key.type_unsupported"]);
  });
});
