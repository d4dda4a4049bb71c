// An NDJSON body: how it is cut into lines, its limits on both sides, and what a broken line costs.
import { describe, expect, it } from "vitest";
import { lineLimitBytes, ndjsonLimitBytes, readNdjson } from "#functions/http/ndjson-body.ts";
import { anHttpEvent } from "#support/http-event.ts";

const mostLines = 5;
const readBytes = (bytes: Uint8Array, mediaType = "application/x-ndjson") =>
  readNdjson(
    anHttpEvent({
      headers: { "content-type": mediaType },
      isBase64Encoded: true,
      body: Buffer.from(bytes).toString("base64"),
    }),
    mostLines,
  );
const read = (text: string) => readBytes(Buffer.from(text));
const value = (line: number, content: unknown) => ({ line, kind: "value", value: content });
const broken = (line: number, code: string) => ({
  line,
  kind: "malformed",
  finding: { code, detail: expect.any(String), pointer: "" },
});
const refusal = (code: string, data: object) => expect.objectContaining({ code, data });
const malformed = (code: string) =>
  refusal("request.malformed", { findings: [{ code, detail: expect.any(String), pointer: "" }] });

describe("the lines", () => {
  it.each([
    ["end with LF", "1\n2\n"],
    ["end with CRLF", "1\r\n2\r\n"],
    ["may lack the last LF", "1\n2"],
    ["may lack the last LF of CRLF", "1\r\n2\r"],
    ["may follow a byte order mark", "\u{feff}1\n2\n"],
    ["may have blanks around them", " 1\t\n\t2 \n"],
  ])("%s", (_, text) => {
    expect(read(text)).toEqual([value(1, 1), value(2, 2)]);
  });

  it("are numbered as an editor does, blank ones without a result", () => {
    expect(read("\n1\n\r\n \t\n2\n\n")).toEqual([value(2, 1), value(5, 2)]);
  });

  it("come in text as well, should the gateway take the type for text", () => {
    const headers = { "content-type": "application/x-ndjson; charset=utf-8" };
    expect(readNdjson(anHttpEvent({ headers, body: '"ä"\n' }), mostLines)).toEqual([value(1, "ä")]);
  });

  it("cost their neighbours nothing when they are broken", () => {
    const text = '{"a":1}\n{"a":\nnull\n\u{feff}3\n';
    expect(read(text)).toEqual([
      value(1, { a: 1 }),
      broken(2, "json.syntax"),
      value(3, null),
      broken(4, "json.syntax"),
    ]);
    const bytes = Buffer.concat([Buffer.from('1\n"'), Buffer.of(0xff), Buffer.from('"\n2\n')]);
    expect(readBytes(bytes)).toEqual([value(1, 1), broken(2, "ndjson.not_utf8"), value(3, 2)]);
  });

  it("repeat nothing of a broken line", () => {
    expect(JSON.stringify(read("-----BEGIN PRIVATE KEY-----\n"))).not.toContain("PRIVATE");
  });
});

describe("the limits", () => {
  it("are met by the last permitted byte of a line, and passed by the next", () => {
    const text = (bytes: number) => `"${"x".repeat(bytes - 2)}"`;
    expect(read(`${text(lineLimitBytes)}\n1`)).toEqual([
      value(1, "x".repeat(lineLimitBytes - 2)),
      value(2, 1),
    ]);
    expect(read(`${text(lineLimitBytes + 1)}\n1`)).toEqual([broken(1, "ndjson.line_too_long"), value(2, 1)]);
  });

  it("leave a body of four million line feeds refused within a second", () => {
    const started = performance.now();
    expect(() => read("\n".repeat(4_000_000))).toThrow(malformed("ndjson.empty"));
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("are met by the last permitted line, and passed by the next, blank ones uncounted", () => {
    expect(read("1\n\n".repeat(mostLines))).toHaveLength(mostLines);
    expect(() => read("1\n".repeat(mostLines + 1))).toThrow(malformed("ndjson.too_many_lines"));
  });

  it("are met by the last permitted byte of a body, and passed by the next", () => {
    const body = (bytes: number) => Buffer.alloc(bytes, "\n").fill("1\n", 0, 2);
    expect(readBytes(body(ndjsonLimitBytes))).toEqual([value(1, 1)]);
    expect(() => readBytes(body(ndjsonLimitBytes + 1))).toThrow(
      refusal("request.too_large", { limitBytes: ndjsonLimitBytes }),
    );
  });

  it("leave the event room for headers in what Lambda takes", () => {
    const lambdaBytes = 6_291_456;
    expect(lambdaBytes - (ndjsonLimitBytes / 3) * 4).toBeGreaterThan(20 * 10_240);
  });

  it.each(["", "\n", " \r\n\t\n", "\u{feff}"])("refuse %j, which holds no line", text => {
    expect(() => read(text)).toThrow(malformed("ndjson.empty"));
  });
});

it.each(["", "application/json", "application/ndjson", "text/plain"])("refuses the media type %j", type => {
  expect(() => readBytes(Buffer.from("1"), type)).toThrow(
    refusal("request.media_type_unsupported", { expected: "application/x-ndjson" }),
  );
});
