// RFC 8951, 3: always base64, white space or not; and one spelling of each body only.
import { describe, expect, it } from "vitest";
import { brokenLines, oneLine, readBase64Body } from "#core/est/base64-body.ts";

const der = Uint8Array.from({ length: 100 }, (_, index) => index);
const text = Buffer.from(der).toString("base64");

describe("a posted body is read", () => {
  it.each([
    { name: "on one line", body: text },
    { name: "with a line break at its end", body: `${text}\r\n` },
    { name: "in lines of 64", body: text.replaceAll(/.{64}/g, "$&\n") },
    { name: "in lines of 76 with CR LF", body: text.replaceAll(/.{76}/g, "$&\r\n") },
    { name: "with blanks and tabs anywhere", body: ` \t${text.slice(0, 3)} \t ${text.slice(3)}` },
  ])("$name", ({ body }) => {
    expect(readBase64Body(body)).toEqual(der);
  });
});

describe("a posted body is refused", () => {
  it.each([
    { name: "when it is empty", body: "" },
    { name: "when it is blank", body: " \r\n" },
    { name: "without its padding", body: text.replaceAll("=", "") },
    { name: "with padding in its middle", body: `${text}${text}` },
    { name: "with bits after its last octet", body: "AB==" },
    { name: "in the URL alphabet", body: "-_--" },
    {
      name: "in PEM",
      body: `-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----`,
    },
    { name: "with another white space", body: `${text.slice(0, 4)}\u00a0${text.slice(4)}` },
    { name: "as raw DER", body: "0\u0082\u0001\u0002" },
  ])("$name", ({ body }) => {
    expect(readBase64Body(body)).toBeUndefined();
  });
});

describe("an answer", () => {
  it("of an enrolment has no white space at all, which clients in use cannot read past", () => {
    expect(oneLine(der)).toBe(text);
  });

  it("with CA certificates has lines of at most 64 characters, each ended, which clients in use cannot do without", () => {
    expect(brokenLines(der)).toMatch(/^(?:\S{64}\n)+\S{1,64}\n$/);
    expect(readBase64Body(brokenLines(der))).toEqual(der);
  });
});
