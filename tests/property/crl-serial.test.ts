// One serial, one key: whatever way a list, a report and a certificate spell it, the publisher and the edge mean the same.
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { readCrl } from "#core/crl/read-crl.ts";
import { parseSerial } from "#core/serial.ts";
import { serialKey } from "#core/slot-page/serial-key.ts";
import { buildCrl } from "#support/crl-builder.ts";
import { makeTestCa, type TestCa } from "#support/test-ca.ts";

let ca: TestCa;
beforeAll(async () => {
  ca = await makeTestCa();
});

/** Magnitudes of 1 to 20 octets, the edges of DER's sign octet among them. */
const magnitudes = fc.oneof(
  fc.constantFrom(0n, 4n, 0x7fn, 0x80n, 0xffn, 0x100n, 2n ** 159n - 1n, 2n ** 159n, 2n ** 160n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }),
);

const even = (hex: string): string => (hex.length % 2 === 0 ? hex : `0${hex}`);
/** The contents of the DER INTEGER. */
const derHex = (magnitude: bigint): string => {
  const hex = even(magnitude.toString(16));
  return Number.parseInt(hex.slice(0, 2), 16) >= 0x80 ? `00${hex}` : hex;
};
const withColons = (hex: string): string => (hex.match(/../g) ?? []).join(":");

/** As OpenSSL, consoles, CloudFront's event and headers, and AWS's recipes write it. */
const spellings = (magnitude: bigint): readonly string[] => {
  const hex = even(magnitude.toString(16));
  const der = derHex(magnitude);
  return [
    ...[hex, der, magnitude.toString(16), `0x${hex}`, `0000${hex}`.slice(0, 80)],
    ...[withColons(hex), withColons(der)],
  ].flatMap(text => [text, text.toUpperCase()]);
};

describe("a serial", () => {
  it("has one key, from a list, from a report and from a certificate", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(magnitudes, { minLength: 1, maxLength: 8 }), async all => {
        const entries = all.map(magnitude => ({ serial: derHex(magnitude) }));
        const { entries: listed } = readCrl(await buildCrl(ca, { entries }));
        const keys = [...listed.keys()].map(serial => serialKey("p1", serial));
        for (const [index, magnitude] of all.entries()) {
          for (const text of spellings(magnitude)) {
            const serial = parseSerial(text);
            expect(serial === undefined ? text : serialKey("p1", serial)).toBe(keys[index]);
          }
        }
        expect(new Set(keys).size).toBe(all.length);
      }),
    );
  });
});
