// What we write of our own is what the strict reader would take.
import { describe, expect, it } from "vitest";
import { decodeOid } from "#core/csr/der/oid.ts";
import { readDer } from "#core/csr/der/read-der.ts";
import { context, objectIdentifier, sequence, setOf, smallInteger } from "#core/csr/der/write-values.ts";
import * as independent from "#support/der-builder.ts";

describe("an object identifier", () => {
  it.each([
    "0.0",
    "1.2.840.113549.1.7.2",
    "1.3.132.0.34",
    "2.5.29.17",
    "2.16.840.1.101.3.4.2.1",
    "2.47.127",
    "2.47.128",
    "1.2.16383",
    "1.2.16384",
    "1.2.2147483647",
  ])("%s is written as it is read", dotted => {
    const written = objectIdentifier(dotted);
    expect(readDer(written).findings).toEqual([]);
    expect(decodeOid(written.subarray(2))).toBe(dotted);
  });
});

describe("an integer", () => {
  it.each([0, 1, 127, 128, 255, 256, 2048, 4096, 32_767])("%d is written in its one spelling", value => {
    expect(smallInteger(value)).toEqual(independent.integer(BigInt(value)));
  });
});

it("puts the members of a set into order, and leaves those of a sequence alone", () => {
  const members = [smallInteger(300), smallInteger(2), objectIdentifier("2.5.4.3"), smallInteger(1)];
  const set = readDer(setOf(...members));
  expect(set.findings).toEqual([]);
  expect(set.root?.children).toHaveLength(4);
  expect(sequence(...members)).toEqual(independent.sequence(...members));
  expect(context(3, ...members)).toEqual(independent.context(3, ...members));
});
