// A client is told the keys that its profile takes, all of them and no others.
import { describe, expect, it } from "vitest";
import { readDer } from "#core/csr/der/read-der.ts";
import { csrAttributes } from "#core/est/csr-attributes.ts";
import type { KeyType } from "#core/profile/profile.ts";
import { integer, oid, sequence, set } from "#support/der-builder.ts";

const ec = oid("1.2.840.10045.2.1");
const p256 = oid("1.2.840.10045.3.1.7");
const p384 = oid("1.3.132.0.34");
const rsa = oid("1.2.840.113549.1.1.1");
const signatures = {
  rsa: oid("1.2.840.113549.1.1.11"),
  p256: oid("1.2.840.10045.4.3.2"),
  p384: oid("1.2.840.10045.4.3.3"),
};

describe("the attributes of a profile that takes", () => {
  const cases: readonly { keyTypes: readonly KeyType[]; expected: Uint8Array }[] = [
    { keyTypes: ["p-256"], expected: sequence(sequence(ec, set(p256)), signatures.p256) },
    { keyTypes: ["p-384"], expected: sequence(sequence(ec, set(p384)), signatures.p384) },
    { keyTypes: ["rsa-3072"], expected: sequence(sequence(rsa, set(integer(3072n))), signatures.rsa) },
    {
      keyTypes: ["rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384"],
      expected: sequence(
        // P-384's identifier is the shorter one, so it comes first in a set.
        sequence(ec, set(p384, p256)),
        sequence(rsa, set(integer(2048n), integer(3072n), integer(4096n))),
        signatures.rsa,
        signatures.p256,
        signatures.p384,
      ),
    },
    { keyTypes: [], expected: sequence() },
  ];

  it.each(cases)("$keyTypes are its keys and SHA-2 signatures for them, in DER", ({ keyTypes, expected }) => {
    expect(csrAttributes({ keyTypes })).toEqual(expected);
    expect(readDer(csrAttributes({ keyTypes })).findings).toEqual([]);
  });
});
