// Exact arithmetic on large integers: greatest common divisor, square root, primes below a bound.

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Floor of the square root (Newton's method from above). `n` is at least 0. */
export function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  // A power of two not below the root, so that the sequence falls until it arrives.
  let root = 1n << BigInt((n.toString(16).length * 4 + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Every prime below `bound`, ascending (sieve of Eratosthenes). */
export function primesBelow(bound: number): readonly number[] {
  const composite = new Uint8Array(bound);
  const primes: number[] = [];
  for (let n = 2; n < bound; n += 1) {
    if (composite[n] === 1) continue;
    primes.push(n);
    for (let multiple = n * n; multiple < bound; multiple += n) composite[multiple] = 1;
  }
  return primes;
}

/** Product by halves, so that the large multiplications are few and balanced. */
export function product(factors: readonly bigint[]): bigint {
  if (factors.length <= 1) return factors[0] ?? 1n;
  const middle = factors.length >> 1;
  return product(factors.slice(0, middle)) * product(factors.slice(middle));
}
