import { describe, expect, it } from "vitest";
import { parseSerial } from "#core/serial.ts";

const twentyOctets = "7f".repeat(20);

const accepted: readonly [text: string, canonical: string, name: string][] = [
  ["00:9e:2a:af", "9e2aaf", "the connection event, with DER's sign octet"],
  ["4a:3f:5c", "4a3f5c", "the connection event, without one"],
  ["9E2AAF", "9e2aaf", "openssl x509 -serial"],
  ["9E:2A:AF", "9e2aaf", "the CRL recipe of the AWS documentation"],
  ["009e2aaf", "9e2aaf", "the event after its colons are removed"],
  ["0x9E2AAF", "9e2aaf", "a program's hex literal"],
  ["0X9e2aaf", "9e2aaf", "the same in capitals"],
  ["a", "0a", "one digit"],
  ["0a", "0a", "one octet"],
  ["00a", "0a", "an odd number of digits"],
  ["a:0b", "0a0b", "colons, first octet of one digit"],
  ["10", "10", "digits that could be decimal: hex, never guessed"],
  ["00", "00", "zero"],
  ["0", "00", "zero, short"],
  ["00:00", "00", "zero, long"],
  ["04", "04", "OpenSSL's first serials"],
  ["7f", "7f", "the largest octet without a sign octet"],
  ["00:80", "80", "the smallest with one"],
  ["ff", "ff", "a top bit without a sign octet"],
  ["100", "0100", "an inner zero that stays"],
  [twentyOctets, twentyOctets, "20 octets"],
  [`00${"ff".repeat(20)}`, "ff".repeat(20), "20 octets and a sign octet"],
  [`${"00".repeat(30)}01`, "01", "any number of leading zeros"],
];

const refused: readonly [text: string, name: string][] = [
  ["", "nothing"],
  ["0x", "a prefix alone"],
  [":", "a colon alone"],
  ["9e:", "a trailing colon"],
  [":9e", "a leading colon"],
  ["9e::2a", "an empty octet"],
  ["9e2a:af", "an octet of four digits"],
  ["9e:2", "a later octet of one digit"],
  ["0x9e:2a", "prefix and colons"],
  ["-9e", "a negative number"],
  ["9e 2a", "blanks"],
  [" 9e", "a leading blank"],
  ["9e\n", "a trailing line break"],
  ["9g", "a digit that is none"],
  ["\uff19e", "a full-width digit"],
  ["9e-2a", "hyphens"],
  [`01${twentyOctets}`, "21 octets"],
  [`1${twentyOctets}`, "20 octets and a half"],
];

describe("parseSerial", () => {
  it.each(accepted)("reads %s as %s: %s", (text, canonical) => {
    expect(parseSerial(text)).toBe(canonical);
  });

  it.each(refused)("refuses %j: %s", text => {
    expect(parseSerial(text)).toBeUndefined();
  });

  it.each(accepted)("leaves its own output of %s alone", (_text, canonical) => {
    expect(parseSerial(canonical)).toBe(canonical);
  });
});
