// What each operator of an event pattern accepts and refuses, how nesting, arrays, absence and $or work, and which
// patterns are not valid. One row per statement of the EventBridge user guide or observed answer of the service.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTestEvent } from "#local/event-bus/envelope.ts";
import { compilePattern, matchesPattern } from "#local/event-bus/pattern.ts";

const matches = (pattern: unknown, event: never) =>
  matchesPattern(compilePattern(JSON.stringify(pattern)), event);
const onState = (condition: unknown, state: unknown) => matches({ state: [condition] }, { state } as never);

describe("one condition", () => {
  it.each([
    {
      condition: "running",
      accepts: ["running"],
      refuses: ["Running", "runnin", "", null, ["stopped"], {}, []],
    },
    { condition: "", accepts: [""], refuses: [" ", null, []] },
    { condition: 300, accepts: [300, 3e2, [1, 300]], refuses: ["300", 300.1] },
    { condition: true, accepts: [true], refuses: [false, "true", 1] },
    { condition: null, accepts: [null, [null]], refuses: ["null", 0, [], {}] },
    { condition: { prefix: "us-" }, accepts: ["us-", "us-east-1"], refuses: ["us", "eu-us-", 5, null] },
    {
      condition: { prefix: { "equals-ignore-case": "US-" } },
      accepts: ["us-x", "Us-"],
      refuses: ["u", "eu-"],
    },
    { condition: { suffix: ".png" }, accepts: [".png", "a.png"], refuses: ["a.PNG", "png", 1] },
    { condition: { suffix: { "equals-ignore-case": ".png" } }, accepts: ["a.PNG"], refuses: ["a.jpg"] },
    {
      condition: { "equals-ignore-case": "Alice" },
      accepts: ["alice", "ALICE"],
      refuses: ["alic", "alice ", 1],
    },
    { condition: { wildcard: "a*z" }, accepts: ["az", "abcz", "azz"], refuses: ["a", "za", "abzc"] },
    { condition: { wildcard: "*/lib/*" }, accepts: ["/lib/", "x/lib/y"], refuses: ["lib", "/lib"] },
    { condition: { wildcard: "aba*aba" }, accepts: ["abaaba", "abaxaba"], refuses: ["aba", "ababa"] },
    { condition: { wildcard: "\\*\\\\*" }, accepts: ["*\\", "*\\x"], refuses: ["x\\", "*"] },
    {
      condition: { "anything-but": "a" },
      accepts: ["b", "", null, 1, ["a", "b"]],
      refuses: ["a", ["a"], {}, []],
    },
    { condition: { "anything-but": 1 }, accepts: [2, "1"], refuses: [1] },
    { condition: { "anything-but": ["a", "b"] }, accepts: ["c", 1], refuses: ["a", "b"] },
    { condition: { "anything-but": [1, 2] }, accepts: [3, "1"], refuses: [1, 2] },
    { condition: { "anything-but": { prefix: "in" } }, accepts: ["out", 1, null], refuses: ["in", "inside"] },
    { condition: { "anything-but": { prefix: ["a", "b"] } }, accepts: ["c"], refuses: ["ax", "bx"] },
    { condition: { "anything-but": { suffix: [".a", ".b"] } }, accepts: ["x.c"], refuses: ["x.a", "x.b"] },
    {
      condition: { "anything-but": { "equals-ignore-case": ["x", "Y"] } },
      accepts: ["z"],
      refuses: ["X", "y"],
    },
    { condition: { "anything-but": { wildcard: "*/lib/*" } }, accepts: ["/src/"], refuses: ["/a/lib/b"] },
    { condition: { numeric: ["=", 5] }, accepts: [5, 5.0], refuses: [5.1, "5"] },
    { condition: { numeric: [">", 0, "<=", 5] }, accepts: [0.1, 5], refuses: [0, 5.1, -1, "3", null] },
    { condition: { numeric: [">=", 5] }, accepts: [5, 5_000_000_000], refuses: [4.9, 5_000_000_001] },
    { condition: { numeric: ["<", 5] }, accepts: [4.9, -5_000_000_000], refuses: [5, -5_000_000_001] },
    {
      condition: { cidr: "10.0.0.0/24" },
      accepts: ["10.0.0.0", "10.0.0.255"],
      refuses: ["10.0.1.0", "10.0.0.256", 1],
    },
    {
      condition: { cidr: "2001:db8::/32" },
      accepts: ["2001:db8:0::1"],
      refuses: ["2001:db9::1", "10.0.0.1"],
    },
    { condition: { cidr: "0.0.0.0/0" }, accepts: ["1.2.3.4"], refuses: ["::ffff:1.2.3.4", "", "x"] },
    { condition: { exists: true }, accepts: ["", null, 0, [1]], refuses: [[], {}, { a: 1 }, [[]]] },
    { condition: { exists: false }, accepts: [[], {}, { a: 1 }], refuses: ["", null, 0, [1]] },
  ])("$condition", ({ condition, accepts, refuses }) => {
    for (const state of accepts) expect([state, onState(condition, state)]).toEqual([state, true]);
    for (const state of refuses) expect([state, onState(condition, state)]).toEqual([state, false]);
  });

  it.each(["a", null, { prefix: "" }, { "anything-but": "a" }, { exists: true }, { numeric: [">", 0] }])(
    "%j needs the field to be there, an inherited name is not there",
    condition => {
      expect(matches({ state: [condition] }, {} as never)).toBe(false);
      expect(matches({ constructor: [{ exists: true }] }, {} as never)).toBe(false);
    },
  );
});

describe("several fields", () => {
  it.each([
    { name: "any value of a list is enough", pattern: { a: [1, 2] }, event: { a: 2 }, expected: true },
    { name: "all fields must match", pattern: { a: [1], b: [1] }, event: { a: 1, b: 2 }, expected: false },
    {
      name: "fields that the pattern does not name are ignored",
      pattern: { a: [1] },
      event: { a: 1, z: 1 },
      expected: true,
    },
    { name: "names are case-sensitive", pattern: { A: [1] }, event: { a: 1 }, expected: false },
    {
      name: "nested objects are descended",
      pattern: { d: { e: ["x"] } },
      event: { d: { e: "x" } },
      expected: true,
    },
    {
      name: "a nested pattern refuses a scalar",
      pattern: { d: { e: ["x"] } },
      event: { d: "x" },
      expected: false,
    },
    { name: "a dot in an event is nesting", pattern: { d: { e: [1] } }, event: { "d.e": 1 }, expected: true },
    {
      name: "a dot in a pattern is nesting",
      pattern: { "d.e": [1] },
      event: { d: { e: 1 } },
      expected: true,
    },
    {
      name: "absence below an absent parent",
      pattern: { d: { e: [{ exists: false }] } },
      event: {},
      expected: true,
    },
    {
      name: "absence below an empty array",
      pattern: { d: { e: [{ exists: false }] } },
      event: { d: [] },
      expected: true,
    },
    {
      name: "absence or a value",
      pattern: { d: ["x", { exists: false }] },
      event: { d: "y" },
      expected: false,
    },
    {
      name: "one element of an array",
      pattern: { d: { e: [1], f: [2] } },
      event: { d: [{ e: 0 }, { e: 1, f: 2 }] },
      expected: true,
    },
    {
      name: "never two elements mixed",
      pattern: { d: { e: [1], f: [2] } },
      event: { d: [{ e: 1 }, { f: 2 }] },
      expected: false,
    },
    {
      name: "absence looks at all elements",
      pattern: { d: { e: [{ exists: false }] } },
      event: { d: [{ e: 1 }, { f: 2 }] },
      expected: false,
    },
    { name: "arrays of arrays", pattern: { d: [3] }, event: { d: [[1], [2, [3]]] }, expected: true },
    {
      name: "$or takes the first branch",
      pattern: { $or: [{ a: [1] }, { b: [1] }] },
      event: { a: 1 },
      expected: true,
    },
    {
      name: "$or takes the second branch",
      pattern: { $or: [{ a: [1] }, { b: [1] }] },
      event: { b: 1 },
      expected: true,
    },
    {
      name: "$or needs a branch",
      pattern: { $or: [{ a: [1] }, { b: [1] }] },
      event: { c: 1 },
      expected: false,
    },
    {
      name: "$or besides a field",
      pattern: { c: [1], $or: [{ a: [1] }, { b: [1] }] },
      event: { a: 1 },
      expected: false,
    },
    {
      name: "$or inside an object",
      pattern: { d: { $or: [{ a: [1] }, { b: [1] }] } },
      event: { d: { b: 1 } },
      expected: true,
    },
    {
      name: "$or with one object is a field",
      pattern: { $or: { a: [1] } },
      event: { $or: { a: 1 } },
      expected: true,
    },
  ])("$name", ({ pattern, event, expected }) => {
    expect(matches(pattern, event as never)).toBe(expected);
  });
});

describe("a pattern that is not valid", () => {
  it.each([
    "",
    "not json",
    "[]",
    "1",
    "{}",
    '{"a":{}}',
    '{"a":1}',
    '{"a":"x"}',
    '{"a":[]}',
    '{"a":[["x"]]}',
    '{"a":[{}]}',
    '{"a":[{"prefix":"x","suffix":"y"}]}',
    '{"a":[{"PREFIX":"x"}]}',
    '{"a":[{"prefix":1}]}',
    '{"a":[{"prefix":["x"]}]}',
    '{"a":[{"suffix":{"wildcard":"x"}}]}',
    '{"a":[{"equals-ignore-case":["x"]}]}',
    '{"a":[{"exists":"true"}]}',
    '{"a":[{"wildcard":"a**"}]}',
    '{"a":[{"wildcard":"\\\\x"}]}',
    '{"a":[{"wildcard":"\\\\"}]}',
    '{"a":[{"wildcard":"*:*:*:*:*:*"}]}',
    '{"a":[{"anything-but":null}]}',
    '{"a":[{"anything-but":[]}]}',
    '{"a":[{"anything-but":["a",1]}]}',
    '{"a":[{"anything-but":["a",null]}]}',
    '{"a":[{"anything-but":{"prefix":""}}]}',
    '{"a":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}',
    '{"a":[{"numeric":5}]}',
    '{"a":[{"numeric":[]}]}',
    '{"a":[{"numeric":["==",5]}]}',
    '{"a":[{"numeric":[">","5"]}]}',
    '{"a":[{"numeric":[">",0,">",5]}]}',
    '{"a":[{"numeric":["<",0,">",5]}]}',
    '{"a":[{"numeric":[">",5,"<",5]}]}',
    '{"a":[{"numeric":[">",0,"<",5,"<",6]}]}',
    '{"a":[{"numeric":["<",5000000001]}]}',
    '{"a":[{"cidr":"10.0.0.0"}]}',
    '{"a":[{"cidr":"10.0.0.0/33"}]}',
    '{"a":[{"cidr":"10.0.0/8"}]}',
    '{"a":[{"cidr":"10.0.0.0/x"}]}',
    '{"$or":[{"a":[1]}]}',
  ])("is refused: %s", text => {
    expect(() => compilePattern(text)).toThrow(
      expect.objectContaining({ code: "InvalidEventPatternException" }),
    );
  });

  it("is one whose $or lists multiply to more than 1,000 alternatives", () => {
    const list = (size: number) => Array.from({ length: size }, (_, value) => ({ field: [value] }));
    const nested = (size: number) =>
      JSON.stringify({ a: { $or: list(10) }, b: { $or: list(10) }, c: { $or: list(size) } });
    expect(() => compilePattern(nested(10))).not.toThrow();
    expect(() => compilePattern(nested(11))).toThrow();
  });
});

describe("for any event", () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const name = fc.stringMatching(/^[a-z]{1,3}$/);
  const event = fc.dictionary(name, fc.oneof(leaf, fc.dictionary(name, leaf, { minKeys: 1 })), {
    minKeys: 1,
  });
  const asPattern = (value: unknown): unknown =>
    typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asPattern(inner)]))
      : [value];

  it("the pattern of its own values matches, and no longer after one value changed", () => {
    fc.assert(
      fc.property(event, subject => {
        const pattern = compilePattern(JSON.stringify(asPattern(subject)));
        expect(matchesPattern(pattern, subject)).toBe(true);
        for (const key of Object.keys(subject)) {
          expect(matchesPattern(pattern, { ...subject, [key]: "\u0000 another" })).toBe(false);
        }
      }),
    );
  });

  it("anything-but is the opposite of the operator inside it, for text", () => {
    const operand = fc.stringMatching(/^[ab]{1,2}$/);
    const operator = fc.constantFrom("prefix", "suffix", "equals-ignore-case", "wildcard");
    fc.assert(
      fc.property(operator, operand, fc.stringMatching(/^[abAB]{0,4}$/), (operation, value, state) => {
        const accepted = onState({ [operation]: value }, state);
        expect(onState({ "anything-but": { [operation]: value } }, state)).toBe(!accepted);
      }),
    );
  });

  it("a wildcard agrees with the regular expression that it stands for", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab*]{0,6}$/), fc.stringMatching(/^[ab]{0,8}$/), (wildcard, text) => {
        fc.pre(!wildcard.includes("**"));
        const expected = new RegExp(`^${wildcard.replaceAll("*", ".*")}$`).test(text);
        expect(onState({ wildcard }, text)).toBe(expected);
      }),
    );
  });
});

describe("the event of TestEventPattern", () => {
  const envelope = { id: "1", account: "1", source: "s", time: "t", region: "r", "detail-type": "d" };

  it("is an object with the envelope members", () => {
    expect(parseTestEvent(JSON.stringify(envelope))).toEqual(envelope);
  });

  it.each(["text", '"text"', "[]", JSON.stringify({ ...envelope, id: undefined })])(
    "is refused otherwise: %s",
    text => {
      expect(() => parseTestEvent(text)).toThrow(expect.objectContaining({ code: "ValidationException" }));
    },
  );
});
