// A report of a serial of an authority without slots: no certificate is known, the serial is refused all the same.
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import { revokeReported } from "#core/revocation/revoke-reported.ts";
import type { SerialRevocationRegistry } from "#core/revocation/revoke-serial.ts";
import type { RevokedSerial } from "#core/revocation/revoked-serial.ts";
import { noon } from "#support/fixed-time.ts";
import { aForeignAuthority } from "#support/records.ts";

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
  const unused = () => Promise.reject(new Error("no certificate of a foreign authority has a row"));
  const registry = {
    ...serials,
    findBySerial: async () => [],
    findBySha256: unused,
    findByHolder: unused,
    recordRevocation: unused,
    readLot: unused,
    recordLotRevoked: unused,
    recordOrder: unused,
  };
  const report = (serial: string, authority?: string) =>
    revokeReported(
      { registry, now: () => noon },
      {
        actor: "event:acme.scanner:7",
        requestId: "7",
        report: {
          version: "1",
          certificate: { serial, ...(authority === undefined ? {} : { authority }) },
          reason: "keyCompromise",
          note: "found on a forum",
        },
      },
    );
  return { rows, audits, report };
}

describe("a report of a serial of an authority without slots", () => {
  it("records the serial, canonically spelled, with its audit", async () => {
    const { rows, audits, report } = aWorld();
    expect(await report("00:9A:0B", "p1")).toEqual({ revoked: ["p1-9a0b"], already: [] });
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
    await report("9a0b", "p1");
    expect(await report("0x9A0B", "p1")).toEqual({ revoked: [], already: ["p1-9a0b"] });
    expect(audits).toHaveLength(1);
  });

  // Without its authority a serial could be anybody's, and no row tells whose it is.
  it.each([undefined, "p9"])("is for a person to look at when it names the authority %s", async authority => {
    const { rows, report } = aWorld();
    await expect(report("9a0b", authority)).rejects.toMatchObject({ code: "resource.not_found" });
    expect(rows.size).toBe(0);
  });

  it("is malformed with a serial that is none", async () => {
    await expect(aWorld().report("9g", "p1")).rejects.toMatchObject({ code: "event.malformed" });
  });
});
