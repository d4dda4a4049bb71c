// Names that go into subjects need no escaping in any rendering, so that the edge reads them by comparison alone.
import { describe, expect, it } from "vitest";
import { authorityIdSchema, holderSchema, lotSchema, tenantSchema } from "#core/name.ts";

const schemas = {
  holder: { schema: holderSchema, longest: 64, good: ["d", "9", "AC:DE:48-00_1.b"] },
  tenant: { schema: tenantSchema, longest: 32, good: ["a", "9", "acme-2"] },
  lot: { schema: lotSchema, longest: 64, good: ["L", "9", "2026.03_a-b"] },
  "authority id": { schema: authorityIdSchema, longest: 8, good: ["m1", "ab"] },
} as const;

describe.each(Object.entries(schemas))("a %s", (_name, { schema, longest, good }) => {
  it.each(good)("may be %s", text => {
    expect(schema.safeParse(text).success).toBe(true);
  });

  it("has a longest length", () => {
    expect(schema.safeParse("a".repeat(longest)).success).toBe(true);
    expect(schema.safeParse("a".repeat(longest + 1)).success).toBe(false);
  });

  // What a DN rendering escapes, what a terminal or log acts on, and what only looks like a letter.
  it.each([
    "",
    " a",
    "a b",
    "a,b",
    "a+b",
    "a=b",
    'a"b',
    "a\\b",
    "a;b",
    "a<b",
    "a#b",
    "a/b",
    "a\0",
    "a\n",
    "é1",
    "\u0430b",
    "\u202eab",
  ])("may not be %j", text => {
    expect(schema.safeParse(text).success).toBe(false);
  });

  it.each(["-a", ".a", "_a", ":a"])("does not begin with punctuation: %s", text => {
    expect(schema.safeParse(text).success).toBe(false);
  });
});
