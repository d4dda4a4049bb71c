// Who may renew: the state of the certificate, its age, its window, and what came of earlier renewals.
import { describe, expect, test } from "vitest";
import { type Certificate, certificateId, certificateStates } from "#core/certificate/certificate.ts";
import { decideRenewal, type EarlierRenewal, mostRenewals } from "#core/renewal/decide-renewal.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate, aSerial } from "#support/records.ts";

const window = { start: fromNoon(240 * dayMs), end: fromNoon(250 * dayMs) };
const inWindow = fromNoon(245 * dayMs);
const revokedFor = (reason: "keyCompromise" | "superseded") =>
  ({ state: "revoked", revocation: { reason, revokedAt: noon, actor: "operator:ada" } }) as const;

function decide(
  parts: Partial<Certificate> = {},
  { now = inWindow, graceDays = 0, earlier = { kind: "none" } as EarlierRenewal } = {},
) {
  return decideRenewal({ certificate: aCertificate(parts), graceDays, window, earlier, now });
}

const successorId = certificateId("m1", aSerial("0b"));
const successor = (parts: Partial<Certificate> = {}): { readonly earlier: EarlierRenewal } => ({
  earlier: { kind: "issued", successor: aCertificate({ id: successorId, serial: aSerial("0b"), ...parts }) },
});

describe("a certificate without a successor", () => {
  const verdicts = {
    active: { kind: "granted" },
    superseded: { kind: "granted" },
    expired: { kind: "granted" },
    held: { kind: "ended", reason: "the certificate is held" },
    revoked: { kind: "ended", reason: "the certificate is revoked" },
  } as const;
  test.each(certificateStates)("in state %s", state => {
    expect(decide({ state })).toEqual(verdicts[state]);
  });

  test("that is retired hears that, not that it is revoked", () => {
    expect(decide(revokedFor("superseded"))).toEqual({
      kind: "ended",
      reason: "the certificate was superseded and is retired",
    });
    expect(decide(revokedFor("keyCompromise"))).toMatchObject({ reason: "the certificate is revoked" });
  });

  test("renews from the first moment of its window on, and not one before", () => {
    expect(decide({}, { now: window.start })).toEqual({ kind: "granted" });
    const before = new Date(window.start.getTime() - 1);
    expect(decide({}, { now: before })).toEqual({ kind: "early", start: window.start });
  });

  test("renews after its window, until its last second and no longer", () => {
    const { notAfter } = aCertificate();
    expect(decide({}, { now: notAfter })).toEqual({ kind: "granted" });
    const after = new Date(notAfter.getTime() + 1);
    expect(decide({}, { now: after })).toEqual({ kind: "ended", reason: "the certificate has expired" });
  });

  test("renews within its profile's grace, until the last second of that and no longer", () => {
    const end = fromNoon((365 + 30) * dayMs);
    expect(decide({ state: "expired" }, { now: end, graceDays: 30 })).toEqual({ kind: "granted" });
    const after = new Date(end.getTime() + 1);
    expect(decide({ state: "expired" }, { now: after, graceDays: 30 })).toEqual({
      kind: "ended",
      reason: "the certificate has expired beyond its grace",
    });
  });

  test("has four renewals, and no fifth until its window is moved", () => {
    expect(decide({ renewalCount: mostRenewals - 1 })).toEqual({ kind: "granted" });
    expect(decide({ renewalCount: mostRenewals })).toEqual({ kind: "spent" });
  });
});

describe("a certificate that was renewed", () => {
  test("waits for an enrolment that is under way", () => {
    const earlier = { kind: "open", enrolmentId: "enr_1" } as const;
    expect(decide({}, { earlier })).toEqual({ kind: "renewed", successor: "enr_1" });
  });

  test("may replace a successor that was never seen: its holder never had it, or has lost its key", () => {
    expect(decide({}, successor())).toEqual({ kind: "granted", replaces: successorId });
  });

  test.each([
    ["was seen at the edge", { lastSeenAt: inWindow }],
    ["was renewed itself", { renewalEnrolmentId: "enr_2" }],
    ["has a successor", { state: "superseded" }],
  ] as const)("is done with, when its successor %s", (_what, parts) => {
    expect(decide({}, successor(parts))).toEqual({ kind: "renewed", successor: successorId });
  });

  test.each([
    ["held", { state: "held" }],
    ["revoked", revokedFor("keyCompromise")],
  ] as const)("has no way around a successor that is %s", (_what, parts) => {
    expect(decide({}, successor(parts))).toMatchObject({ kind: "ended" });
  });

  test("hears that its lineage has ended before anything else", () => {
    const facts = { ...successor({ lastSeenAt: inWindow }), now: noon };
    expect(decide({ state: "held", renewalCount: 9 }, facts)).toMatchObject({ kind: "ended" });
  });
});
