// RSA keys with a known flaw and working private halves, so that the flaw is the only thing wrong with a request.

import {
  checkPrimeSync,
  createPrivateKey,
  createPublicKey,
  generatePrimeSync,
  randomBytes,
} from "node:crypto";
import { type TestKey, toTestKey } from "./csr-builder.ts";

const e = 65_537n;

/** Both primes as Infineon's generator made them: k·M + (65537^a mod M), M the product of the first 126 primes. */
export function rocaKey(): TestKey {
  return keyOf(rocaPrime(), rocaPrime());
}

/** The second prime is the next one after the first. */
export function closePrimesKey(): TestKey {
  const p = primeOf(1024);
  let q = p + 2n;
  while (!isUsable(q)) q += 2n;
  return keyOf(p, q);
}

/** A modulus of 2048 bits with the prime `factor` in it. */
export function smallFactorKey(factor: bigint): TestKey {
  const least = (1n << 2047n) / factor + 1n;
  let other = least + randomUnder((1n << 2048n) / factor - least);
  other |= 1n;
  while (!isUsable(other)) other += 2n;
  return keyOf(factor, other);
}

function rocaPrime(): bigint {
  const m = firstPrimes(126).reduce((product, prime) => product * prime, 1n);
  // The top two bits are set, so that two primes make a modulus of 2048 bits.
  const least = (3n << 1022n) / m + 1n;
  const most = (1n << 1024n) / m - 1n;
  for (;;) {
    const candidate = (least + randomUnder(most - least)) * m + power(e, randomUnder(1n << 128n), m);
    if (isUsable(candidate)) return candidate;
  }
}

function keyOf(p: bigint, q: bigint): TestKey {
  const d = inverse(e, (p - 1n) * (q - 1n));
  const jwk = {
    kty: "RSA",
    n: base64url(p * q),
    e: base64url(e),
    d: base64url(d),
    p: base64url(p),
    q: base64url(q),
    dp: base64url(d % (p - 1n)),
    dq: base64url(d % (q - 1n)),
    qi: base64url(inverse(q % p, p)),
  };
  const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
  return toTestKey({ privateKey, publicKey: createPublicKey(privateKey) });
}

function isUsable(candidate: bigint): boolean {
  return (candidate - 1n) % e !== 0n && checkPrimeSync(candidate);
}

function primeOf(bits: number): bigint {
  return generatePrimeSync(bits, { bigint: true });
}

function firstPrimes(count: number): readonly bigint[] {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < count; n += 1n)
    if (primes.every(prime => n % prime !== 0n)) primes.push(n);
  return primes;
}

function randomUnder(bound: bigint): bigint {
  return BigInt(`0x${randomBytes(bound.toString(16).length).toString("hex")}`) % bound;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Extended Euclid; `a` and `modulus` are coprime. */
function inverse(a: bigint, modulus: bigint): bigint {
  let [r, nextR, s, nextS] = [a, modulus, 1n, 0n];
  while (nextR !== 0n) {
    const quotient = r / nextR;
    [r, nextR] = [nextR, r - quotient * nextR];
    [s, nextS] = [nextS, s - quotient * nextS];
  }
  return ((s % modulus) + modulus) % modulus;
}

function base64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex").toString("base64url");
}
