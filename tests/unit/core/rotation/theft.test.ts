// When the use of a superseded certificate is a return, on both sides of its allowance.
import { describe, expect, it } from "vitest";
import type { Certificate } from "#core/certificate/certificate.ts";
import { quietCertificates, quietMs } from "#core/rotation/quiet-certificates.ts";
import { allowanceMs, isReturn, mayReturn } from "#core/rotation/theft.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate } from "#support/records.ts";

const hourMs = 3_600_000;
const superseded = (parts: Partial<Certificate> = {}): Certificate =>
  aCertificate({ state: "superseded", supersededAt: noon, ...parts });

const returns = (certificate: Certificate, afterMs: number, overlapDays = 7): boolean =>
  mayReturn(certificate) && isReturn(certificate, fromNoon(afterMs), overlapDays);

describe("a superseded certificate", () => {
  it.each([
    { overlapDays: 7, hours: 24 },
    { overlapDays: 14, hours: 48 },
    { overlapDays: 0, hours: 1 },
  ])("has $hours hours in an overlap of $overlapDays days, to the millisecond", ({ overlapDays, hours }) => {
    expect(allowanceMs(overlapDays)).toBe(hours * hourMs);
    expect(returns(superseded(), hours * hourMs, overlapDays)).toBe(false);
    expect(returns(superseded(), hours * hourMs + 1, overlapDays)).toBe(true);
  });

  it("used before its successor, by a log that came late, did not come back", () => {
    expect(returns(superseded(), -dayMs)).toBe(false);
  });

  it("comes back once", () => {
    expect(returns(superseded({ returnedAt: fromNoon(2 * dayMs) }), 3 * dayMs)).toBe(false);
  });

  it.each(["superseded", "keyCompromise"] as const)("that was revoked for %s", reason => {
    const revocation = { reason, revokedAt: fromNoon(7 * dayMs), actor: "job:sweep-due" };
    expect(returns(superseded({ state: "revoked", revocation }), 9 * dayMs)).toBe(reason === "superseded");
  });

  it("is not one that has no successor in use", () => {
    expect(mayReturn(aCertificate())).toBe(false);
  });
});

describe("what a worker has just looked at", () => {
  it("is left alone for a quarter of an hour, and not with a clock that was set back", () => {
    const quiet = quietCertificates();
    quiet.add("m1-01", noon);
    expect(quiet.has("m1-01", fromNoon(quietMs - 1))).toBe(true);
    expect(quiet.has("m1-01", fromNoon(quietMs))).toBe(false);
    expect(quiet.has("m1-01", fromNoon(-1))).toBe(false);
    expect(quiet.has("m1-02", noon)).toBe(false);
  });

  it("is forgotten before a return could be missed", () => {
    expect(quietMs).toBeLessThan(allowanceMs(0));
  });

  it("is only so many: the oldest makes room", () => {
    const quiet = quietCertificates(2);
    for (const id of ["a", "b", "a", "c"]) quiet.add(id, noon);
    expect(["a", "b", "c"].map(id => quiet.has(id, noon))).toEqual([true, false, true]);
  });
});
