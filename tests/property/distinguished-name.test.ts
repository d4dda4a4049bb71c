// Whatever a name's values hold, the reader gives back exactly them, and nothing in a value becomes an attribute.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onlyValue, parseDistinguishedName, valuesOf } from "#verifier/viewer/distinguished-name.ts";

const types = ["CN", "O", "OU", "C", "DC", "1.3.6.1.4.1.99"] as const;
// Heavy on what has a meaning in a name.
const value = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'\\,+="<>;# CNOU-1aé☃\n\0') }),
  fc.string({ unit: "binary" }),
);
const attribute = fc.record({ type: fc.constantFrom(...types), value });
const name = fc.array(fc.array(attribute, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 });
type Name = readonly (readonly { readonly type: string; readonly value: string }[])[];

/** RFC 2253, 2.4: a writer of its own, which shares nothing with the reader. */
function write(rdns: Name, separator: string): string {
  return rdns.map(rdn => rdn.map(one => `${one.type}=${escaped(one.value)}`).join("+")).join(separator);
}

function escaped(text: string): string {
  const characters = [...Buffer.from(text).toString("latin1")];
  const written = characters.map((character, index) => {
    const atEdge = index === 0 || index === characters.length - 1;
    if (!/[ -~]/.test(character)) return `\\${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
    if (/[,+"\\<>;]/.test(character) || (character === " " && atEdge) || (character === "#" && index === 0)) {
      return `\\${character}`;
    }
    return character;
  });
  return written.join("");
}

describe("a name that was written as RFC 2253 says", () => {
  it.each([",", ", ", " , "])("is read as it was meant, with %j between its parts", separator => {
    fc.assert(
      fc.property(name, rdns => {
        expect(parseDistinguishedName(write(rdns, separator))).toEqual(rdns);
      }),
      { numRuns: 500 },
    );
  });

  it("never gives away an attribute that is part of a value", () => {
    fc.assert(
      fc.property(value, value, (holder, tenant) => {
        const parsed = parseDistinguishedName(
          write([[{ type: "CN", value: holder }], [{ type: "O", value: tenant }]], ","),
        );
        expect(parsed && onlyValue(parsed, "CN")).toBe(holder);
        expect(parsed && onlyValue(parsed, "O")).toBe(tenant);
        expect(parsed && valuesOf(parsed, "OU")).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("any text at all", () => {
  it("is read or refused, in time that grows with its length only", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'\\,+=";#<> CNOU.1af'), maxLength: 200 }), text => {
        const parsed = parseDistinguishedName(text);
        expect(parsed === undefined || parsed.every(rdn => rdn.length > 0)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    for (const text of [
      "CN=".repeat(100_000),
      `CN=${" ".repeat(100_000)}`,
      `CN=${"\\".repeat(99_999)}`,
      "1.".repeat(100_000),
    ]) {
      const started = performance.now();
      parseDistinguishedName(text);
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });
});
