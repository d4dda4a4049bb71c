// A JSON body: its media type, its size to the octet, its bytes, and where in it the findings point.
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { bodyLimitBytes, findingsOf, parseBody, readJson } from "#functions/http/json-body.ts";
import { anHttpEvent } from "#support/http-event.ts";

const json = { "content-type": "application/json" };
const read = (body: string | undefined, headers: Readonly<Record<string, string>> = json) =>
  readJson(anHttpEvent({ headers, ...(body === undefined ? {} : { body }) }));
const readBytes = (bytes: Uint8Array) =>
  readJson(
    anHttpEvent({ headers: json, isBase64Encoded: true, body: Buffer.from(bytes).toString("base64") }),
  );

const refusal = (code: string, data: object) => expect.objectContaining({ code, data });
const syntax = refusal("request.malformed", {
  findings: [{ code: "json.syntax", detail: expect.any(String), pointer: "" }],
});

describe("the media type", () => {
  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "Application/JSON",
    " application/json ",
  ])("may be %j", mediaType => {
    expect(read("{}", { "content-type": mediaType })).toEqual({});
  });

  it.each([
    "",
    "text/json",
    "application/json-patch+json",
    "application/jsonp",
    "text/plain; application/json",
  ])("may not be %j", mediaType => {
    expect(() => read("{}", { "content-type": mediaType })).toThrow(
      refusal("request.media_type_unsupported", { expected: "application/json" }),
    );
  });

  it("may not be missing", () => {
    expect(() => read("{}", {})).toThrow(expect.objectContaining({ code: "request.media_type_unsupported" }));
  });
});

describe("the size", () => {
  const tooLarge = refusal("request.too_large", { limitBytes: 65_536 });
  const textOf = (bytes: number): string => `"${"x".repeat(bytes - 2)}"`;

  it("is 65,536 bytes and no more", () => {
    expect(read(textOf(bodyLimitBytes))).toHaveLength(65_534);
    expect(() => read(textOf(bodyLimitBytes + 1))).toThrow(tooLarge);
  });

  it("is that of the decoded bytes when the gateway sends base64", () => {
    expect(readBytes(Buffer.from(textOf(bodyLimitBytes)))).toHaveLength(65_534);
    expect(() => readBytes(Buffer.from(textOf(bodyLimitBytes + 1)))).toThrow(tooLarge);
  });

  it("counts octets and not characters", () => {
    expect(read(`"${"é".repeat(32_767)}"`)).toHaveLength(32_767);
    expect(() => read(`"${"é".repeat(32_768)}"`)).toThrow(tooLarge);
  });

  it("is checked before the syntax, so that nothing parses what is too large", () => {
    expect(() => read("[".repeat(bodyLimitBytes + 1))).toThrow(tooLarge);
  });
});

describe("the syntax", () => {
  it("is JSON's, whatever the value", () => {
    expect(['{"a":[1]}', "null", "7", '"é"'].map(text => read(text))).toEqual([{ a: [1] }, null, 7, "é"]);
  });

  it("reads base64 as the bytes it stands for", () => {
    expect(readBytes(Buffer.from('{"a":"é"}'))).toEqual({ a: "é" });
  });

  it.each([undefined, "", " ", "{", "{'a':1}", '{"a":1,}', '{"a":1}{}', "NaN", "undefined"])(
    "refuses %j",
    body => {
      expect(() => read(body)).toThrow(syntax);
    },
  );

  it("refuses a body of nothing but brackets", () => {
    expect(() => read("[".repeat(bodyLimitBytes))).toThrow(syntax);
  });

  it.each([
    { name: "a lone continuation octet", bytes: [0x22, 0x80, 0x22] },
    { name: "an overlong slash", bytes: [0x22, 0xc0, 0xaf, 0x22] },
    { name: "half a surrogate pair", bytes: [0x22, 0xed, 0xa0, 0x80, 0x22] },
    { name: "a cut-off character", bytes: [0x22, 0xc3] },
    { name: "Latin-1", bytes: [0x22, 0xe9, 0x22] },
    { name: "UTF-16", bytes: [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00] },
  ])("refuses $name", ({ bytes }) => {
    expect(() => readBytes(Uint8Array.from(bytes))).toThrow(syntax);
  });
});

describe("findings", () => {
  const schema = z.strictObject({
    name: z.string().max(3),
    list: z.array(z.strictObject({ "a/b~c": z.int() })).optional(),
  });

  it("are none for a body that fits: it is answered as the schema has it", () => {
    expect(parseBody(schema, { name: "abc" })).toEqual({ name: "abc" });
  });

  it("are refused all at once, each with its JSON Pointer", () => {
    expect(() => parseBody(schema, { name: "abcd", list: [{ "a/b~c": 1 }, { "a/b~c": "x" }] })).toThrow(
      refusal("request.malformed", {
        findings: [
          { code: "schema.too_big", detail: expect.any(String), pointer: "/name" },
          { code: "schema.invalid_type", detail: expect.any(String), pointer: "/list/1/a~1b~0c" },
        ],
      }),
    );
  });

  it("of the whole body point at the whole body", () => {
    const { error } = schema.safeParse("text");
    expect(error === undefined ? [] : findingsOf(error)).toMatchObject([{ pointer: "" }]);
  });

  it("of a member that the schema does not know name it", () => {
    expect(() => parseBody(schema, { name: "abc", slot: 7 })).toThrow(
      refusal("request.malformed", {
        findings: [
          expect.objectContaining({
            code: "schema.unrecognized_keys",
            pointer: "/slot",
          }),
        ],
      }),
    );
  });
});
