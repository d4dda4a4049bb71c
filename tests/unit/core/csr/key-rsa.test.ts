// RSA keys: three sizes, one exponent, and no modulus that can be factored by a known shortcut (threat B4).

import { describe, expect, it } from "vitest";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { aCsrPem, algorithm, rsaKey, rsaSpki } from "#support/csr-builder.ts";
import { bitString, bytes, concat, fromHex, integer, nothing, oid, sequence } from "#support/der-builder.ts";
import { closePrimesKey, rocaKey, smallFactorKey } from "#support/weak-rsa.ts";
import { codesOf } from "./findings-of.ts";

describe("accepts", () => {
  it.each([2048, 3072, 4096])("a key of %i bits", async bits => {
    const inspection = await inspectCsr(aCsrPem({ key: rsaKey(bits) }));
    expect(inspection).toMatchObject({ kind: "sound", csr: { key: { kind: "rsa", bits } } });
  });
});

describe("refuses a working key", () => {
  it.each([
    { name: "of 1024 bits", key: () => rsaKey(1024), code: "key.rsa_too_short" },
    { name: "of 2047 bits", key: () => rsaKey(2047), code: "key.rsa_too_short" },
    { name: "with exponent 3", key: () => rsaKey(2048, 3), code: "key.rsa_exponent" },
    { name: "with exponent 65539", key: () => rsaKey(2048, 65_539), code: "key.rsa_exponent" },
    { name: "from the ROCA generator", key: rocaKey, code: "key.rsa_roca" },
    { name: "with neighbouring primes", key: closePrimesKey, code: "key.rsa_close_primes" },
    { name: "with the factor 3", key: () => smallFactorKey(3n), code: "key.rsa_small_factor" },
    {
      name: "with the factor 65521, the largest one searched",
      key: () => smallFactorKey(65_521n),
      code: "key.rsa_small_factor",
    },
  ])("$name", { timeout: 60_000 }, async ({ key, code }) => {
    expect(await codesOf(aCsrPem({ key: key() }))).toEqual([code]);
  });

  it("but not one with a factor of 17 bits, which only a real factoring effort finds", async () => {
    expect(await codesOf(aCsrPem({ key: smallFactorKey(65_539n) }))).toEqual([]);
  });
});

describe("refuses a key that cannot work", () => {
  const key = rsaKey(2048);
  const huge = (1n << 8191n) | 1n;
  const rsa = "1.2.840.113549.1.1.1";
  const numbers = sequence(integer((1n << 2047n) | 1n), integer(65_537n));

  it.each([
    { name: "of 2049 bits", spki: rsaSpki((1n << 2048n) | 1n), code: "key.rsa_size_unsupported" },
    { name: "of 8192 bits", spki: rsaSpki(huge), code: "key.rsa_size_unsupported" },
    { name: "of one bit", spki: rsaSpki(1n), code: "key.rsa_too_short" },
    { name: "with an even modulus", spki: rsaSpki(1n << 2047n), code: "key.rsa_small_factor" },
    { name: "that is a square", spki: rsaSpki(((1n << 1024n) - 105n) ** 2n), code: "key.rsa_close_primes" },
    { name: "with exponent 1", spki: rsaSpki(huge, 1n), code: "key.rsa_exponent" },
    { name: "with an exponent of 4096 bits", spki: rsaSpki(huge, 1n << 4095n), code: "key.rsa_exponent" },
    { name: "with modulus 0", spki: rsaSpki(0n), code: "key.malformed" },
    {
      name: "with a negative modulus",
      spki: spkiOf(sequence(fromHex("0201ff"), integer(3n))),
      code: "key.malformed",
    },
    {
      name: "of three numbers",
      spki: spkiOf(sequence(integer(1n), integer(2n), integer(3n))),
      code: "key.malformed",
    },
    { name: "with an octet after it", spki: spkiOf(concat(numbers, bytes(0))), code: "key.malformed" },
    {
      name: "without NULL parameters",
      spki: sequence(algorithm(rsa), bitString(numbers)),
      code: "key.malformed",
    },
    {
      name: "with other parameters",
      spki: sequence(algorithm(rsa, oid("1.2")), bitString(numbers)),
      code: "key.malformed",
    },
    {
      name: "that is not whole octets",
      spki: sequence(algorithm(rsa, nothing()), bitString(bytes(0x80), 7)),
      code: "key.malformed",
    },
  ])("$name", async ({ spki, code }) => {
    expect(await codesOf(aCsrPem({ key, spki }))).toContain(code);
  });

  function spkiOf(contents: typeof numbers) {
    return sequence(algorithm(rsa, nothing()), bitString(contents));
  }
});

it("shows no digit of the key in any finding", async () => {
  const inspection = await inspectCsr(aCsrPem({ key: rsaKey(1024), spki: rsaSpki(0xabcdefn) }));
  expect(JSON.stringify(inspection)).not.toMatch(/abcdef|11259375/i);
});
