import { expect, test } from "vitest";
import type { Certificate } from "#core/certificate/certificate.ts";
import { judgeIssued, settledAfterMs } from "#core/reconciliation/judge-issued.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate, aSerial, aSlot, caArn } from "#support/records.ts";

const now = fromNoon(dayMs);
const ago = (ms: number): Date => new Date(now.getTime() - ms);
const entry = (parts: { issuedAt?: Date; revokedAt?: Date } = {}) => ({
  certificateArn: `${caArn}/certificate/01`,
  serial: aSerial("01"),
  subject: "O=acme,OU=ec-7,CN=device-1",
  slot: aSlot(7),
  issuedAt: parts.issuedAt ?? noon,
  notAfter: fromNoon(365 * dayMs),
  revokedAt: parts.revokedAt,
});
const revoked = (revokedAt: Date): Certificate =>
  aCertificate({
    state: "revoked",
    revocation: { reason: "keyCompromise", revokedAt, actor: "operator:ada" },
  });

test.each([
  ["a certificate that both know", entry(), aCertificate(), "agreed"],
  ["one that the edge alone refuses for now", entry(), aCertificate({ state: "held" }), "agreed"],
  ["an unknown one, a moment too young", entry({ issuedAt: ago(settledAfterMs - 1) }), undefined, "young"],
  ["an unknown one of the full age", entry({ issuedAt: ago(settledAfterMs) }), undefined, "unknown"],
  ["an unknown one from the future, as clocks differ", entry({ issuedAt: ago(-1_000) }), undefined, "young"],
  [
    "an unknown one that the CA has revoked: the edge has not",
    entry({ revokedAt: noon }),
    undefined,
    "unknown",
  ],
  ["one that both have revoked", entry({ revokedAt: noon }), revoked(noon), "agreed"],
  ["a revocation still on its way to the CA", entry(), revoked(ago(settledAfterMs - 1)), "agreed"],
  ["a revocation that never reached the CA", entry(), revoked(ago(settledAfterMs)), "owed"],
  ["a revocation made at the CA alone", entry({ revokedAt: noon }), aCertificate(), "revoked_at_ca_only"],
] as const)("%s", (_name, listed, certificate, judgement) => {
  expect(judgeIssued(listed, certificate, now)).toBe(judgement);
});
