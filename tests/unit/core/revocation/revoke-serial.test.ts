// A report of a serial of an authority without slots: no certificate is known, the serial is refused all the same.
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import { revokeSerial, type SerialRevocationRegistry } from "#core/revocation/revoke-serial.ts";
import type { RevokedSerial } from "#core/revocation/revoked-serial.ts";
import { noon } from "#support/fixed-time.ts";
import { aForeignAuthority, aSerial } from "#support/records.ts";

function aWorld() {
  const rows = new Map<string, RevokedSerial>();
  const audits: AuditRecord[] = [];
  const serials: SerialRevocationRegistry = {
    findSerialsAuthority: async id => (id === "p1" ? aForeignAuthority() : undefined),
    recordRevokedSerial: async (revoked, audit) => {
      if (rows.has(revoked.serial)) return "already";
      rows.set(revoked.serial, revoked);
      audits.push(audit);
      return "revoked";
    },
  };
  const report = (serial: string) =>
    revokeSerial(
      { registry: serials, now: () => noon },
      {
        authorityId: "p1",
        serial: aSerial(serial),
        reason: "keyCompromise",
        note: "found on a forum",
        actor: "event:acme.scanner:7",
        requestId: "7",
      },
    );
  return { rows, audits, report };
}

describe("a report of a serial of an authority without slots", () => {
  it("records the serial, canonically spelled, with its audit", async () => {
    const { rows, audits, report } = aWorld();
    expect(await report("00:9A:0B")).toEqual({ revoked: ["p1-9a0b"], already: [] });
    expect([...rows.values()]).toEqual([
      {
        authorityId: "p1",
        serial: "9a0b",
        source: "report",
        reason: "keyCompromise",
        revokedAt: noon,
        actor: "event:acme.scanner:7",
      },
    ]);
    expect(audits).toEqual([
      {
        subject: "p1-9a0b",
        action: "certificate.revoked",
        actor: "event:acme.scanner:7",
        requestId: "7",
        at: noon,
        facts: { reason: "keyCompromise", note: "found on a forum" },
      },
    ]);
  });

  it("changes nothing when it comes again", async () => {
    const { audits, report } = aWorld();
    await report("9a0b");
    expect(await report("0x9A0B")).toEqual({ revoked: [], already: ["p1-9a0b"] });
    expect(audits).toHaveLength(1);
  });
});
