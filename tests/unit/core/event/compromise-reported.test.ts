// The event that security automation puts on the bus: each form that counts, and what is put before a person instead.
import { describe, expect, it } from "vitest";
import { revocationReasons } from "#core/certificate/certificate.ts";
import { compromiseReportedSchema } from "#core/event/compromise-reported.ts";

const fingerprint = "c5".repeat(32);
const withColons = Array.from({ length: 32 }, () => "C5").join(":");
const report = (certificate: unknown, parts: object = {}) => ({ version: "1", certificate, ...parts });
const accepts = (input: unknown): boolean => compromiseReportedSchema.safeParse(input).success;

describe("a compromise report", () => {
  it.each([
    { name: "a serial of any authority", certificate: { serial: "4A:3F:5C" } },
    { name: "a serial of one authority", certificate: { serial: "4a3f5c", authority: "m1" } },
    { name: "a fingerprint", certificate: { sha256: fingerprint } },
    { name: "a fingerprint with colons", certificate: { sha256: withColons } },
    { name: "a key", certificate: { spkiSha256: fingerprint } },
    { name: "a holder of a tenant", certificate: { tenant: "acme", holder: "device-1" } },
  ])("names its certificates by $name", ({ certificate }) => {
    expect(compromiseReportedSchema.parse(report(certificate))).toEqual({
      version: "1",
      certificate,
      reason: "keyCompromise",
      lineage: false,
    });
  });

  it.each([
    { name: "nothing", certificate: {} },
    { name: "no object", certificate: fingerprint },
    { name: "an authority alone: that is the kill switch's business", certificate: { authority: "m1" } },
    { name: "a holder without a tenant", certificate: { holder: "device-1" } },
    { name: "a whole tenant", certificate: { tenant: "acme" } },
    { name: "two things at once", certificate: { serial: "4a3f5c", sha256: fingerprint } },
    { name: "a fingerprint of one authority", certificate: { sha256: fingerprint, authority: "m1" } },
    { name: "a selector it does not know", certificate: { serial: "4a3f5c", lot: "lot-9" } },
    { name: "a serial as a number", certificate: { serial: 7 } },
    { name: "an empty serial", certificate: { serial: "" } },
    { name: "a serial at an authority that no id fits", certificate: { serial: "4a3f5c", authority: "M-1" } },
    { name: "a holder that no name fits", certificate: { tenant: "acme", holder: "device 1" } },
    { name: "a tenant that no name fits", certificate: { tenant: "ACME", holder: "device-1" } },
  ])("is refused when it names $name", ({ certificate }) => {
    expect(accepts(report(certificate))).toBe(false);
  });

  it.each([
    { name: "80 characters of serial", input: report({ serial: "4".repeat(80) }), accepted: true },
    { name: "81 characters of serial", input: report({ serial: "4".repeat(81) }), accepted: false },
    { name: "64 digits of fingerprint", input: report({ sha256: "c".repeat(64) }), accepted: true },
    { name: "63 digits of fingerprint", input: report({ sha256: "c".repeat(63) }), accepted: false },
    { name: "65 digits of fingerprint", input: report({ sha256: "c".repeat(65) }), accepted: false },
    { name: "a fingerprint of other letters", input: report({ sha256: "g".repeat(64) }), accepted: false },
    {
      name: "a fingerprint with a colon in an octet",
      input: report({ sha256: `c:${"c".repeat(63)}` }),
      accepted: false,
    },
    {
      name: "a note of 500 characters",
      input: report({ serial: "4a" }, { note: "n".repeat(500) }),
      accepted: true,
    },
    {
      name: "a note of 501 characters",
      input: report({ serial: "4a" }, { note: "n".repeat(501) }),
      accepted: false,
    },
  ])("with $name is accepted: $accepted", ({ input, accepted }) => {
    expect(accepts(input)).toBe(accepted);
  });

  it.each(revocationReasons)("may give the reason %s", reason => {
    expect(compromiseReportedSchema.parse(report({ serial: "4a" }, { reason }))).toMatchObject({ reason });
  });

  // removeFromCRL would undo a revocation, certificateHold is not one, and Private CA knows neither.
  it.each(["certificateHold", "removeFromCRL", "KEY_COMPROMISE", "keycompromise", "", null])(
    "may not give the reason %s",
    reason => {
      expect(accepts(report({ serial: "4a" }, { reason }))).toBe(false);
    },
  );

  it.each([
    { name: "another version", input: { ...report({ serial: "4a" }), version: "2" } },
    { name: "a version that is a number", input: { ...report({ serial: "4a" }), version: 1 } },
    { name: "no version", input: { certificate: { serial: "4a" } } },
    { name: "no certificate", input: { version: "1" } },
    { name: "a member it does not know", input: { ...report({ serial: "4a" }), severity: "HIGH" } },
    { name: "no body", input: undefined },
  ])("is refused with $name", ({ input }) => {
    expect(accepts(input)).toBe(false);
  });
});
