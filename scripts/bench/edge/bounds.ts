// What no layout can beat: the information in "which of them are revoked", as base64 text in the store.
import { lotSize, type Pattern, split } from "./fleet.ts";

/** Characters for any choice of `revoked` among `issued` in this pattern, keys not counted. */
export function leastBytes(issued: number, revoked: number, pattern: Pattern): number {
  const { lots, singly } = split(revoked, pattern);
  return (log2Choices(Math.floor(issued / lotSize), lots) + log2Choices(issued, singly)) / 6;
}

/** The most certificates, anywhere among `issued`, whose choice `bytes` of base64 can tell. */
export function mostRandom(issued: number, bytes: number): number {
  let [fits, tooMany] = [0, issued / 2];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (leastBytes(issued, middle, "random") <= bytes) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

function log2Choices(of: number, choose: number): number {
  return (lnFactorial(of) - lnFactorial(choose) - lnFactorial(of - choose)) / Math.LN2;
}

/** Stirling's series; exact enough from 1 on for bytes. */
function lnFactorial(n: number): number {
  return n === 0 ? 0 : n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n);
}
