// Names in a subject: known types, once each, in plain strings of sane length without tricks (threats B1, L1).

import { describe, expect, it } from "vitest";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { aCsrPem, nameAttribute, rdn } from "#support/csr-builder.ts";
import {
  type Bytes,
  bytes,
  element,
  ia5String,
  printableString,
  set,
  utf8,
  utf8String,
} from "#support/der-builder.ts";
import { codesOf } from "./findings-of.ts";

const cn = "2.5.4.3";
const withCn = (text: string) => aCsrPem({ subject: [rdn(cn, utf8String(text))] });

describe("accepts", () => {
  it.each<{ name: string; subject: readonly Bytes[] }>([
    { name: "an empty subject", subject: [] },
    { name: "a PrintableString", subject: [rdn(cn, printableString("device-1"))] },
    { name: "an IA5String", subject: [rdn("1.2.840.113549.1.9.1", ia5String("a@b.example"))] },
    { name: "two OUs", subject: [rdn("2.5.4.11", utf8String("a")), rdn("2.5.4.11", utf8String("b"))] },
    { name: "a CN of 64 characters", subject: [rdn(cn, utf8String("é".repeat(64)))] },
    { name: "letters of any script", subject: [rdn(cn, utf8String("Zoë 日本 Ωμέγα"))] },
    { name: "a comma and an equals sign", subject: [rdn(cn, utf8String("x, OU=ec-1"))] },
  ])("$name", async ({ subject }) => {
    expect(await codesOf(aCsrPem({ subject }))).toEqual([]);
  });
});

describe("refuses", () => {
  it.each<{ name: string; subject: readonly Bytes[]; code: string }>([
    {
      name: "a second CN",
      subject: [rdn(cn, utf8String("device-1")), rdn(cn, utf8String("admin"))],
      code: "subject.attribute_duplicate",
    },
    {
      name: "two values in one RDN",
      subject: [set(nameAttribute(cn, utf8String("a")), nameAttribute("2.5.4.10", utf8String("b")))],
      code: "subject.multi_valued_rdn",
    },
    {
      name: "an unlisted type",
      subject: [rdn("2.5.4.65", utf8String("x"))],
      code: "subject.attribute_unsupported",
    },
    { name: "a BMPString", subject: [rdn(cn, element(0x1e, bytes(0, 97)))], code: "subject.string_type" },
    { name: "a TeletexString", subject: [rdn(cn, element(0x14, utf8("a")))], code: "subject.string_type" },
    {
      name: "a UniversalString",
      subject: [rdn(cn, element(0x1c, bytes(0, 0, 0, 97)))],
      code: "subject.string_type",
    },
    { name: "a number", subject: [rdn(cn, bytes(2, 1, 1))], code: "subject.string_type" },
    { name: "an empty CN", subject: [rdn(cn, utf8String(""))], code: "subject.value_length" },
    {
      name: "a CN of 65 characters",
      subject: [rdn(cn, utf8String("a".repeat(65)))],
      code: "subject.value_length",
    },
    {
      name: "a country of three letters",
      subject: [rdn("2.5.4.6", printableString("DEU"))],
      code: "subject.value_length",
    },
    { name: "invalid UTF-8", subject: [rdn(cn, element(0x0c, bytes(0xff)))], code: "der.string_malformed" },
    { name: "an empty RDN", subject: [set()], code: "csr.not_a_request" },
  ])("$name", async ({ subject, code }) => {
    expect(await codesOf(aCsrPem({ subject }))).toContain(code);
  });

  it.each([
    ["NUL", "a\0b"],
    ["line feed", "a\nb"],
    ["carriage return", "a\rb"],
    ["escape", "a\u001b[31mb"],
    ["delete", "a\u007fb"],
    ["a C1 control", "a\u0085b"],
    ["no-break space", "a\u00a0b"],
    ["soft hyphen", "a\u00adb"],
    ["zero-width space", "a\u200bb"],
    ["zero-width joiner", "a\u200db"],
    ["right-to-left override", "a\u202eb"],
    ["right-to-left isolate", "a\u2067b"],
    ["line separator", "a\u2028b"],
    ["byte order mark first", "\ufeffab"],
    ["Hangul filler", "a\u3164b"],
    ["variation selector", "a\ufe0fb"],
    ["tag letter", "a\u{e0061}b"],
    ["private use", "a\ue000b"],
    ["noncharacter", "a\uffffb"],
  ])("%s", async (_, text) => {
    expect(await codesOf(withCn(text))).toEqual(["subject.character_forbidden"]);
  });

  it("a CN of 64 KB by the size of the text", async () => {
    expect(await codesOf(withCn("a".repeat(65_536)))).toEqual(["csr.too_large"]);
  });

  it("a CN of 20 KB by its length", async () => {
    expect(await codesOf(withCn("a".repeat(20_000)))).toEqual(["subject.value_length"]);
  });
});

it("shows a hostile value short, escaped and on one line", async () => {
  const inspection = await inspectCsr(withCn(`\n\u001b[31m"\${jndi}<\u202e${"x".repeat(40)}`));
  const details = inspection.kind === "unsound" ? inspection.findings.map(finding => finding.detail) : [];
  expect(details.join("")).toContain(
    '"\\u{a}\\u{1b}[31m\\u{22}\\u{24}{jndi}\\u{3c}\\u{202e}xxxxxxxxxxxxxxxx…"',
  );
  expect(details.join("")).toMatch(/^[ -~…]*$/);
});
