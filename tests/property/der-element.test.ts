import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  element,
  objectIdentifier,
  readAll,
  readElement,
  readObjectIdentifier,
  unsignedInteger,
} from "#local/pca/x509/der.ts";

const bytes = fc.uint8Array({ maxLength: 70_000, size: "max" });

describe("DER elements", () => {
  it("come back whole from what was written, whatever their length", () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), contents => {
        const written = contents.map(content => element(0x04, content));
        const read = readAll(Buffer.concat(written));
        expect(read.map(item => item.content)).toEqual(contents.map(content => Buffer.from(content)));
        expect(read.map(item => item.raw)).toEqual(written);
      }),
      { numRuns: 50 },
    );
  });

  it("never read past their container, and fail with a RangeError only", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), noise => {
        try {
          for (const item of readAll(noise)) expect(item.raw.length).toBeLessThanOrEqual(noise.length);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("keep object identifiers", () => {
    const arc = fc.bigInt({ min: 0n, max: 2n ** 80n });
    const dotted = fc.tuple(
      fc.constantFrom("0", "1"),
      fc.integer({ min: 0, max: 39 }),
      fc.array(arc, { maxLength: 8 }),
    );
    const joint = fc.tuple(fc.constant("2"), arc, fc.array(arc, { maxLength: 8 }));
    fc.assert(
      fc.property(fc.oneof(dotted, joint), ([first, second, rest]) => {
        const text = [first, second, ...rest].join(".");
        expect(readObjectIdentifier(readElement(objectIdentifier(text)).content)).toBe(text);
      }),
    );
  });

  it("write unsigned integers in the shortest form that stays positive", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), octets => {
        const { content } = readElement(unsignedInteger(octets));
        const value = (from: Uint8Array): bigint => BigInt(`0x${Buffer.from(from).toString("hex")}`);
        expect(value(content)).toBe(value(octets));
        expect(content.readUInt8(0)).toBeLessThan(0x80);
        if (content.length > 1 && content.readUInt8(0) === 0)
          expect(content.readUInt8(1)).toBeGreaterThanOrEqual(0x80);
      }),
    );
  });
});
