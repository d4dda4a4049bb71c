import { describe, expect, it } from "vitest";
import { readElement, time } from "#local/pca/x509/der.ts";

describe("a certificate's dates", () => {
  // RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
  it.each([
    { date: "2049-12-31T23:59:59.999Z", tag: 0x17, text: "491231235959Z" },
    { date: "2050-01-01T00:00:00.000Z", tag: 0x18, text: "20500101000000Z" },
    { date: "9999-12-31T23:59:59.000Z", tag: 0x18, text: "99991231235959Z" },
  ])("$date is written as $text", ({ date, tag, text }) => {
    const read = readElement(time(new Date(date)));
    expect({ tag: read.tag, text: read.content.toString("latin1") }).toEqual({ tag, text });
  });
});

describe("a DER reader", () => {
  it.each([
    { name: "an indefinite length", hex: "3080020101" },
    { name: "trailing octets", hex: "02010100" },
    { name: "an element longer than its container", hex: "0205010203" },
    { name: "a tag without a length", hex: "02" },
    { name: "nothing", hex: "" },
  ])("refuses $name", ({ hex }) => {
    expect(() => readElement(Buffer.from(hex, "hex"))).toThrow(RangeError);
  });
});
