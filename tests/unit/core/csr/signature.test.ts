// Proof of possession: SHA-2, by the key in the request, over exactly these bytes (threats B3, B12).

import { describe, expect, it } from "vitest";
import { aCsr, aCsrPem, algorithm, ecKey, rsaKey, toPem } from "#support/csr-builder.ts";
import { bytes, fromHex, integer, nothing, sequence } from "#support/der-builder.ts";
import { codesOf } from "./findings-of.ts";

const rsa = rsaKey(2048);
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

describe("accepts", () => {
  it.each([
    { name: "RSA", key: rsa },
    { name: "P-256", key: ecKey("P-256") },
    { name: "P-521", key: ecKey("P-521") },
  ])("$name with SHA-256, SHA-384 and SHA-512", async ({ key }) => {
    for (const hash of ["sha256", "sha384", "sha512"] as const)
      expect(await codesOf(aCsrPem({ key, hash }))).toEqual([]);
  });
});

describe("refuses", () => {
  it.each([
    { name: "RSA with MD5", parts: { key: rsa, hash: "md5" }, code: "csr.signature_algorithm_weak" },
    { name: "RSA with SHA-1", parts: { key: rsa, hash: "sha1" }, code: "csr.signature_algorithm_weak" },
    { name: "ECDSA with SHA-1", parts: { hash: "sha1" }, code: "csr.signature_algorithm_weak" },
    {
      name: "RSASSA-PSS",
      parts: { key: rsa, signatureAlgorithm: algorithm("1.2.840.113549.1.1.10", sequence()) },
      code: "csr.signature_algorithm_unsupported",
    },
    {
      name: "RSA without NULL parameters",
      parts: { key: rsa, signatureAlgorithm: algorithm("1.2.840.113549.1.1.11") },
      code: "csr.signature_algorithm_unsupported",
    },
    {
      name: "ECDSA with NULL parameters",
      parts: { signatureAlgorithm: algorithm("1.2.840.10045.4.3.2", nothing()) },
      code: "csr.signature_algorithm_unsupported",
    },
    {
      name: "an algorithm for another kind of key",
      parts: { key: rsa, signatureAlgorithm: algorithm("1.2.840.10045.4.3.2") },
      code: "csr.signature_key_mismatch",
    },
    {
      name: "another hash than the one named",
      parts: { key: rsa, signatureAlgorithm: algorithm("1.2.840.113549.1.1.12", nothing()) },
      code: "csr.signature_invalid",
    },
    {
      name: "another key of the same kind",
      parts: { key: ecKey("P-256"), spki: ecKey("P-384").spki },
      code: "csr.signature_invalid",
    },
    { name: "no signature", parts: { signature: bytes() }, code: "csr.signature_invalid" },
    { name: "no RSA signature", parts: { key: rsa, signature: bytes() }, code: "csr.signature_invalid" },
    { name: "r = s = 0", parts: { signature: pair(0n, 0n) }, code: "csr.signature_invalid" },
    { name: "r of the group's order", parts: { signature: pair(order, 1n) }, code: "csr.signature_invalid" },
    {
      name: "r beyond any field",
      parts: { signature: pair(1n << 4096n, 1n) },
      code: "csr.signature_invalid",
    },
    {
      name: "a negative r",
      parts: { signature: sequence(fromHex("0201ff"), integer(1n)) },
      code: "csr.signature_invalid",
    },
    {
      name: "three numbers",
      parts: { signature: sequence(integer(1n), integer(1n), integer(1n)) },
      code: "csr.signature_invalid",
    },
  ] as const)("$name", async ({ parts, code }) => {
    expect(await codesOf(aCsrPem(parts))).toEqual([code]);
  });

  it("a request with one bit of its subject changed", async () => {
    const der = aCsr();
    const at = Buffer.from(der).indexOf("device-1");
    der[at] = (der[at] ?? 0) ^ 1;
    expect(await codesOf(toPem(der))).toEqual(["csr.signature_invalid"]);
  });

  it("a good ECDSA signature in BER", async () => {
    // A padding octet before r: SEQUENCE, INTEGER r, INTEGER s.
    const pad = ([, length = 0, , r = 0, ...rest]: readonly number[]) =>
      bytes(0x30, length + 1, 0x02, r + 1, 0, ...rest);
    expect(await codesOf(aCsrPem({ changeSignature: good => good }))).toEqual([]);
    expect(await codesOf(aCsrPem({ changeSignature: good => pad([...good]) }))).toEqual([
      "csr.signature_invalid",
    ]);
  });
});

function pair(r: bigint, s: bigint) {
  return sequence(integer(r), integer(s));
}
