import { describe, expect, it } from "vitest";
import {
  type AuthorityRecord,
  buildAuthorityRecord,
  parseAuthorityRecord,
} from "#core/slot-page/authority-record.ts";
import { authorityKey, intermediatePin } from "#core/slot-page/digest.ts";
import { isPlainDn, normaliseDn } from "#core/slot-page/normalised-dn.ts";

const pin = "abcdefghijklmnopqrst+/";
const record: AuthorityRecord = {
  layout: "slots",
  id: "d1",
  notBeforeFloor: 1_767_225_600,
  firstLiveSlot: 4096,
  pins: [pin],
};
const pinsThatFit = (1024 - "m d1 1767225600 4096".length) / 23;

describe("an authority record", () => {
  it("reads: kind, id, floor in epoch seconds, first live slot in decimal, pins", () => {
    expect(buildAuthorityRecord(record)).toBe(`m d1 1767225600 4096 ${pin}`);
  });

  it.each<[string, AuthorityRecord, string]>([
    ["slots", record, "m"],
    ["serials", { ...record, layout: "serials" }, "f"],
    ["closed", { ...record, layout: "closed" }, "x"],
    ["no pins and no floors", { ...record, notBeforeFloor: 0, firstLiveSlot: 0, pins: [] }, "m"],
    ["two pins", { ...record, pins: [pin, pin] }, "m"],
    ["the longest id", { ...record, id: "d123456789012345" }, "m"],
    ["as many pins as a value takes", { ...record, pins: Array(Math.floor(pinsThatFit)).fill(pin) }, "m"],
  ])("of %s survives the round trip", (_name, original, letter) => {
    const value = buildAuthorityRecord(original);
    expect(value?.startsWith(`${letter} `)).toBe(true);
    expect(parseAuthorityRecord(value ?? "")).toEqual(original);
  });

  it.each<[string, Partial<AuthorityRecord>]>([
    // `a` and `s` are prefixes of other keys.
    ["an id of one character", { id: "a" }],
    ["an id of 17 characters", { id: "d1234567890123456" }],
    ["an id with a dot", { id: "d.1" }],
    ["an id in capitals", { id: "D1" }],
    ["an id with a blank", { id: "d1 1" }],
    ["a negative floor", { notBeforeFloor: -1 }],
    ["a floor with a fraction", { notBeforeFloor: 0.5 }],
    ["a floor that is no number", { notBeforeFloor: Number.NaN }],
    ["a slot floor with an exponent", { firstLiveSlot: 1e21 }],
    ["a padded pin", { pins: ["abcdefghijklmnopqrst=="] }],
    ["a short pin", { pins: ["abc"] }],
    ["a pin more than a value takes", { pins: Array(Math.floor(pinsThatFit) + 1).fill(pin) }],
  ])("is not made with %s", (_name, fault) => {
    expect(buildAuthorityRecord({ ...record, ...fault })).toBeUndefined();
  });

  it.each([
    "",
    "m",
    "m d1",
    "m d1 0",
    "m d1 0 0 ",
    " m d1 0 0",
    "m  d1 0 0",
    "M d1 0 0",
    "q d1 0 0",
    "m d1 -1 0",
    "m d1 1e3 0",
    "m d1 0 0x1",
    `m d1 0 0 ${pin}x`,
    "m d1 0 0\n",
    "undefined",
  ])("is not read from %j", value => {
    expect(parseAuthorityRecord(value)).toBeUndefined();
  });
});

describe("the authority's key", () => {
  it("is the same for both documented renderings of the issuer", async () => {
    const key = await authorityKey("C=US, O=Acme, CN=Acme Devices CA 1");
    expect(key).toMatch(/^a\.[0-9a-f]{32}$/);
    expect(await authorityKey("CN=Acme Devices CA 1,O=Acme,C=US")).toBe(key);
  });

  it.each(["C=US, O=Acme, CN=Acme devices CA 1", "C=US, O=Acme", "C=US, O=Acme, CN=Acme Devices CA 1, OU=x"])(
    "is another for %s",
    async name => {
      expect(await authorityKey(name)).not.toBe(await authorityKey("C=US, O=Acme, CN=Acme Devices CA 1"));
    },
  );
});

describe("an intermediate's pin", () => {
  it("is the start of the base64 SHA-256 of its public key's hex text", async () => {
    // printf 3059 | openssl dgst -sha256 -binary | base64
    expect(await intermediatePin(Uint8Array.of(0x30, 0x59))).toBe("CE2Yl9QMY+Q31X4sS9AeiJ");
  });
});

describe("the name of a CA", () => {
  it.each(["CN=A", "C=US, O=Acme, CN=Acme Devices CA 1", "CN=a.b-c,OU=x,ST=WA,L=Seattle"])(
    "may be %s",
    name => {
      expect(isPlainDn(name)).toBe(true);
    },
  );

  it.each([
    ...[
      "",
      "CN=",
      "A",
      "CN=Acme, Inc.",
      "CN=a\\,b",
      'CN="a"',
      "CN=a+O=b",
      "CN=#0403",
      "CN=a;b",
      "CN=a=b",
      "E=a@b.c",
    ],
    ...["2.5.4.5=7", "cn=a", "CN=a  b", "CN= a", "CN=\u00e9", "CN=a,", "CN=a/O=b"],
  ])("may not be %j", name => {
    expect(isPlainDn(name)).toBe(false);
  });

  it("normalises to the same text in any order, and does so once", () => {
    const once = normaliseDn("O=Acme, CN=A,  C=US");
    expect(once).toBe("C=US,CN=A,O=Acme");
    expect(normaliseDn(once)).toBe(once);
  });
});
