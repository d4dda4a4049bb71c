// What a CSR may ask for under a profile: the holder's own names, client use, and no right to sign (threats B1, B2).

import { describe, expect, it } from "vitest";
import { checkRequestedNames, type NamePolicy } from "#core/csr/check-requested-names.ts";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import {
  aCsrPem,
  type CsrParts,
  extension,
  extensionRequest,
  rdn,
  withAltNames,
} from "#support/csr-builder.ts";
import {
  type Bytes,
  bitString,
  boolean,
  bytes,
  contextString,
  oid,
  sequence,
  utf8String,
} from "#support/der-builder.ts";

const policy: NamePolicy = {
  commonName: "device-1",
  organization: "Acme",
  organizationalUnit: "ec-1",
  uris: ["urn:device:1"],
  dnsNames: ["device-1.acme.example"],
  onUnexpected: "refuse",
};

const types = { CN: "2.5.4.3", O: "2.5.4.10", OU: "2.5.4.11", C: "2.5.4.6" } as const;
const named = (...names: readonly (readonly [keyof typeof types, string])[]): CsrParts => ({
  subject: names.map(([type, value]) => rdn(types[type], utf8String(value))),
});
const extended = (type: string, value: Bytes): CsrParts => ({
  subject: [],
  attributes: [extensionRequest(extension(type, value))],
});
const keyUsage = (octet: number, unused: number) => extended("2.5.29.15", bitString(bytes(octet), unused));
const purpose = (dotted: string) => extended("2.5.29.37", sequence(oid(dotted)));
const caTrue = extended("2.5.29.19", sequence(boolean(0xff)));

async function codes(parts: CsrParts, changes: Partial<NamePolicy> = {}): Promise<readonly string[]> {
  const inspection = await inspectCsr(aCsrPem(parts));
  if (inspection.kind === "unsound") throw new Error(JSON.stringify(inspection.findings));
  return checkRequestedNames(inspection.csr, { ...policy, ...changes }).map(finding => finding.code);
}

describe("lets a request ask for", () => {
  it.each<{ name: string; parts: CsrParts }>([
    { name: "nothing", parts: named() },
    { name: "the holder's CN", parts: named(["CN", "device-1"]) },
    { name: "the holder's whole subject", parts: named(["O", "Acme"], ["OU", "ec-1"], ["CN", "device-1"]) },
    { name: "the holder's URI", parts: withAltNames(contextString(6, "urn:device:1")) },
    { name: "the holder's DNS name", parts: withAltNames(contextString(2, "device-1.acme.example")) },
    { name: "clientAuth", parts: purpose("1.3.6.1.5.5.7.3.2") },
    { name: "digitalSignature and keyEncipherment", parts: keyUsage(0xa0, 5) },
    { name: "CA:FALSE", parts: extended("2.5.29.19", sequence()) },
  ])("$name", async ({ parts }) => {
    expect(await codes(parts)).toEqual([]);
  });
});

const unexpected: readonly { name: string; parts: CsrParts; code: string }[] = [
  { name: "another CN", parts: named(["CN", "device-2"]), code: "requested.subject" },
  { name: "the CN in other letters", parts: named(["CN", "Device-1"]), code: "requested.subject" },
  { name: "a homoglyph of the CN", parts: named(["CN", "devicе-1"]), code: "requested.subject" },
  { name: "another organization", parts: named(["O", "Other"]), code: "requested.subject" },
  { name: "the slot of another", parts: named(["OU", "ec-2"]), code: "requested.subject" },
  { name: "a second OU", parts: named(["OU", "ec-1"], ["OU", "ec-1"]), code: "requested.subject" },
  { name: "a country", parts: named(["C", "DE"]), code: "requested.subject" },
  {
    name: "another URI",
    parts: withAltNames(contextString(6, "urn:device:2")),
    code: "requested.subject_alt_name",
  },
  {
    name: "the DNS name as a URI",
    parts: withAltNames(contextString(6, "x:device-1.acme.example")),
    code: "requested.subject_alt_name",
  },
  { name: "a mailbox", parts: withAltNames(contextString(1, "a@b.c")), code: "requested.subject_alt_name" },
  { name: "serverAuth", parts: purpose("1.3.6.1.5.5.7.3.1"), code: "requested.extended_key_usage" },
  { name: "any purpose", parts: purpose("2.5.29.37.0"), code: "requested.extended_key_usage" },
  { name: "dataEncipherment", parts: keyUsage(0x10, 4), code: "requested.key_usage" },
  { name: "another extension", parts: extended("1.2.3.4", bytes()), code: "requested.extension" },
];

const caRights = [
  { name: "CA:TRUE", parts: caTrue },
  { name: "keyCertSign", parts: keyUsage(0x04, 2) },
  { name: "cRLSign", parts: keyUsage(0x02, 1) },
];

describe("under refuse, names", () => {
  it.each(unexpected)("$name", async ({ parts, code }) => {
    expect(await codes(parts)).toEqual([code]);
  });

  it.each(caRights)("$name", async ({ parts }) => {
    expect(await codes(parts)).toEqual(["requested.ca"]);
  });

  it("an OU where the profile has none", async () => {
    const { organizationalUnit: _, ...withoutUnit } = policy;
    const inspection = await inspectCsr(aCsrPem(named(["OU", "ec-1"])));
    expect(inspection.kind === "sound" && checkRequestedNames(inspection.csr, withoutUnit)).toMatchObject([
      { code: "requested.subject" },
    ]);
  });
});

describe("under ignore", () => {
  it.each(unexpected)("overlooks $name", async ({ parts }) => {
    expect(await codes(parts, { onUnexpected: "ignore" })).toEqual([]);
  });

  it.each(caRights)("still refuses $name", async ({ parts }) => {
    expect(await codes(parts, { onUnexpected: "ignore" })).toEqual(["requested.ca"]);
  });
});
