// The three named curves a key may be on: y² = x³ − 3x + b over the field of p elements (FIPS 186-4 appendix D.1.2).

import type { CurveName } from "../csr.ts";

export type Curve = {
  readonly name: CurveName;
  readonly p: bigint;
  readonly b: bigint;
  /** Order of the base point. The cofactor is 1, so it is the order of the whole group. */
  readonly n: bigint;
  /** Octets of one coordinate. */
  readonly octets: number;
};

const p256: Curve = {
  name: "P-256",
  p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  octets: 32,
};

const p384: Curve = {
  name: "P-384",
  p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
  b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  octets: 48,
};

const p521: Curve = {
  name: "P-521",
  p: 2n ** 521n - 1n,
  b: 0x051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  n: 0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  octets: 66,
};

const curves: ReadonlyMap<string, Curve> = new Map([
  ["1.2.840.10045.3.1.7", p256],
  ["1.3.132.0.34", p384],
  ["1.3.132.0.35", p521],
]);

export function curveOf(oid: string | undefined): Curve | undefined {
  return oid === undefined ? undefined : curves.get(oid);
}
