// The head of a request, as a door reads it.
import { describe, expect, it } from "vitest";
import { readHead } from "#local/access/request-head.ts";

const signed = "AWS4-HMAC-SHA256 Credential=getedge/20260101/us-east-1/dynamodb/aws4_request, Signature=0";
const text = (...lines: readonly string[]) => Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);

describe("a head", () => {
  it("names the signer, the operation and its own length, whatever the case of the names", () => {
    const bytes = text(
      "POST / HTTP/1.1",
      `Authorization: ${signed}`,
      "X-AMZ-TARGET: DynamoDB_20120810.GetItem",
      "content-length: 12",
    );
    expect(readHead(Buffer.concat([bytes, Buffer.from("{}")]))).toEqual({
      method: "POST",
      url: "/",
      authorization: signed,
      target: "DynamoDB_20120810.GetItem",
      headBytes: bytes.length,
      bodyBytes: 12,
    });
  });

  it("without a length has no body, and in chunks an endless one", () => {
    expect(readHead(text("GET /b/k?x=1 HTTP/1.1", "host: h"))).toMatchObject({
      url: "/b/k?x=1",
      bodyBytes: 0,
    });
    expect(readHead(text("PUT /b/k HTTP/1.1", "transfer-encoding: chunked"))).toMatchObject({
      bodyBytes: Number.POSITIVE_INFINITY,
    });
  });

  it("that has not ended yet is waited for, up to 64 KiB", () => {
    const begun = "GET / HTTP/1.1\r\nx: ";
    expect(readHead(Buffer.from(begun.padEnd(65_536, "y")))).toBe("incomplete");
    expect(readHead(Buffer.from(begun.padEnd(65_537, "y")))).toBe("unreadable");
  });

  it.each([
    ["no request line", text("nothing", "host: h")],
    ["another protocol", text("GET / HTTP/2.0", "host: h")],
    ["a length that is no number", text("POST / HTTP/1.1", "content-length: ten")],
    ["a length below nothing", text("POST / HTTP/1.1", "content-length: -1")],
  ])("with %s is unreadable", (_what, bytes) => {
    expect(readHead(bytes)).toBe("unreadable");
  });
});
