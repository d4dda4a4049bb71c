// A compromise report revokes what it names: all of it, once, with an audit record each; and nothing else.
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import { planBlock } from "#core/authority/block.ts";
import type { Lot } from "#core/authority/lot.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type {
  CertificateSelector,
  CompromiseReported,
  LotSelector,
} from "#core/event/compromise-reported.ts";
import type { Order } from "#core/order/order.ts";
import { type RevokeReportedDeps, revokeReported } from "#core/revocation/revoke-reported.ts";
import { noon } from "#support/fixed-time.ts";
import { aCertificate, anAuthority, aSerial } from "#support/records.ts";

/** Certificates by id; revoked is terminal, as in the registry's own condition. */
function fakeRegistry(...certificates: readonly Certificate[]) {
  const rows = new Map(certificates.map(certificate => [certificate.id, certificate]));
  const audits: AuditRecord[] = [];
  const where = async (matches: (certificate: Certificate) => boolean) => [...rows.values()].filter(matches);
  const orders: Order[] = [];
  let lot: Lot = { tenant: "acme", name: "w47", blocks: [] };
  const registry: RevokeReportedDeps["registry"] = {
    readLot: async (tenant, name) =>
      tenant === lot.tenant && name === lot.name ? lot : { tenant, name, blocks: [] },
    recordLotRevoked: async (seen, revocation, audit) => {
      if (seen.blocks.length !== lot.blocks.length || lot.revocation !== undefined) return false;
      lot = { ...lot, revocation };
      audits.push(audit);
      return true;
    },
    recordOrder: async (order, _cause, audit) => {
      if (orders.some(({ id }) => id === order.id)) return "already";
      orders.push(order);
      audits.push(audit);
      return "recorded";
    },
    findSerialsAuthority: async () => undefined,
    recordRevokedSerial: async () => {
      throw new Error("no authority here goes by serials");
    },
    findBySerial: (serial, authorityId) =>
      where(row => row.serial === serial && (authorityId === undefined || row.authorityId === authorityId)),
    findBySha256: sha256 => where(row => row.sha256 === sha256),
    findByHolder: (tenant, holder) => where(row => row.tenant === tenant && row.holder === holder),
    recordRevocation: async ({ id }, revocation, audit) => {
      const row = rows.get(id);
      if (row === undefined || row.state === "revoked") return "already";
      rows.set(id, { ...row, state: "revoked", revocation });
      audits.push(audit);
      return "revoked";
    },
  };
  const addBlock = (first: number, size: number): void => {
    const owner = { kind: "lot", tenant: lot.tenant, lot: lot.name } as const;
    const planned = planBlock(anAuthority({ nextSlot: first }), owner, size, noon);
    lot = { ...lot, blocks: [...lot.blocks, { ...planned, owner, ordinal: lot.blocks.length, next: first }] };
  };
  return { registry, rows, audits, orders, addBlock };
}

const first = aCertificate({ serial: aSerial("0a"), sha256: "a1".repeat(32) });
const renewed = aCertificate({ serial: aSerial("0b"), sha256: "b2".repeat(32) });
const namesake = aCertificate({
  serial: aSerial("0a"),
  authorityId: "m2",
  tenant: "umbrella",
  sha256: "c3".repeat(32),
});

const reportOf = (
  certificate: CertificateSelector | LotSelector,
  parts: Partial<CompromiseReported> = {},
): CompromiseReported => ({
  version: "1",
  certificate,
  reason: "keyCompromise",
  ...parts,
});

function aWorld(...certificates: readonly Certificate[]) {
  const world = fakeRegistry(...certificates);
  const revoke = (report: CompromiseReported) =>
    revokeReported(
      { registry: world.registry, now: () => noon },
      { actor: "event:acme.scanner:7", requestId: "7", report },
    );
  const states = () => Object.fromEntries([...world.rows.values()].map(({ id, state }) => [id, state]));
  return { ...world, revoke, states };
}

describe("a report", () => {
  it.each<{
    readonly name: string;
    readonly selector: CertificateSelector;
    readonly revoked: readonly string[];
  }>([
    { name: "a serial, whatever its spelling", selector: { serial: "00:0A" }, revoked: ["m1-0a", "m2-0a"] },
    { name: "a serial of one authority", selector: { serial: "0xa", authority: "m2" }, revoked: ["m2-0a"] },
    { name: "a fingerprint", selector: { sha256: "b2".repeat(32) }, revoked: ["m1-0b"] },
    { name: "a fingerprint with colons", selector: { sha256: `B2${":B2".repeat(31)}` }, revoked: ["m1-0b"] },
    { name: "a holder", selector: { tenant: "acme", holder: "device-1" }, revoked: ["m1-0a", "m1-0b"] },
  ])("by $name revokes exactly the certificates it names", async ({ selector, revoked }) => {
    const { revoke, states } = aWorld(first, renewed, namesake);
    expect(await revoke(reportOf(selector))).toEqual({ revoked, already: [] });
    const revokedNow = Object.entries(states()).filter(([, state]) => state === "revoked");
    expect(revokedNow.map(([id]) => id)).toEqual(revoked);
  });

  it.each(["active", "held", "superseded", "expired"] as const)(
    "revokes a certificate that is %s",
    async state => {
      const { revoke, states } = aWorld({ ...first, state });
      await revoke(reportOf({ serial: "0a" }));
      expect(states()).toEqual({ "m1-0a": "revoked" });
    },
  );

  it("records reason, time, source and note, and no more of it", async () => {
    const { revoke, rows, audits } = aWorld(first);
    await revoke(reportOf({ serial: "0a" }, { reason: "cessationOfOperation", note: "scrapped" }));
    const actor = "event:acme.scanner:7";
    expect(rows.get(first.id)?.revocation).toEqual({
      reason: "cessationOfOperation",
      revokedAt: noon,
      actor,
    });
    expect(audits).toEqual([
      {
        subject: "m1-0a",
        action: "certificate.revoked",
        actor,
        requestId: "7",
        at: noon,
        facts: { reason: "cessationOfOperation", sha256: first.sha256, note: "scrapped" },
      },
    ]);
  });

  it("that comes again changes nothing: the first reason and time stand", async () => {
    const { revoke, rows, audits } = aWorld(first);
    await revoke(reportOf({ serial: "0a" }));
    const before = rows.get(first.id);
    expect(await revoke(reportOf({ serial: "0a" }, { reason: "superseded" }))).toEqual({
      revoked: [],
      already: ["m1-0a"],
    });
    expect(rows.get(first.id)).toEqual(before);
    expect(audits).toHaveLength(1);
  });

  it("revokes what is left when part of it was revoked before", async () => {
    const { revoke } = aWorld({ ...first, state: "revoked" }, renewed);
    expect(await revoke(reportOf({ tenant: "acme", holder: "device-1" }))).toEqual({
      revoked: ["m1-0b"],
      already: ["m1-0a"],
    });
  });

  it("that fails half-way is made good by its second delivery", async () => {
    const { registry, revoke, states } = aWorld(first, renewed);
    let writes = 0;
    const failing: RevokeReportedDeps["registry"] = {
      ...registry,
      recordRevocation: (...call) => {
        writes += 1;
        return writes === 2
          ? Promise.reject(new Error("the table is out"))
          : registry.recordRevocation(...call);
      },
    };
    const event = {
      actor: "event:acme.scanner:7",
      requestId: "7",
      report: reportOf({ tenant: "acme", holder: "device-1" }),
    };
    await expect(revokeReported({ registry: failing, now: () => noon }, event)).rejects.toThrow(
      "the table is out",
    );
    expect(await revoke(event.report)).toEqual({ revoked: ["m1-0b"], already: ["m1-0a"] });
    expect(states()).toEqual({ "m1-0a": "revoked", "m1-0b": "revoked" });
  });
});

describe("a report that names nothing", () => {
  it.each<{ readonly name: string; readonly selector: CertificateSelector }>([
    { name: "an unknown serial", selector: { serial: "0c" } },
    { name: "a known serial of another authority", selector: { serial: "0b", authority: "m2" } },
    { name: "an unknown fingerprint", selector: { sha256: "d4".repeat(32) } },
    { name: "the holder of another tenant", selector: { tenant: "initech", holder: "device-1" } },
  ])("by $name is refused, so that a person sees it", async ({ selector }) => {
    const { revoke, audits } = aWorld(first, renewed, namesake);
    await expect(revoke(reportOf(selector))).rejects.toMatchObject({ code: "resource.not_found" });
    expect(audits).toEqual([]);
  });

  // "10" is sixteen, never ten: a guess would revoke somebody else's certificate.
  it.each(["4a3g", "4a 3f", "-4a", "4a:3", "1.5", "ff".repeat(21)])(
    "by the text %s for a serial is malformed",
    async serial => {
      const { revoke } = aWorld(first);
      await expect(revoke(reportOf({ serial }))).rejects.toMatchObject({
        code: "event.malformed",
        data: { findings: [{ code: "serial.malformed", pointer: "/certificate/serial" }] },
      });
    },
  );

  it("by a serial of decimal digits takes them for hexadecimal", async () => {
    const sixteen = aCertificate({ serial: aSerial("10") });
    const { revoke } = aWorld(first, sixteen);
    expect(await revoke(reportOf({ serial: "10" }))).toEqual({ revoked: ["m1-10"], already: [] });
  });
});

describe("a report of a lot", () => {
  it("lays an order over each of its blocks, and leaves the certificates to follow", async () => {
    const { revoke, addBlock, orders, states, audits } = aWorld(first);
    addBlock(4096, 4096);
    addBlock(8192, 250_000);
    expect(await revoke(reportOf({ tenant: "acme", lot: "w47" }))).toMatchObject({ already: [] });
    expect(orders).toMatchObject([
      { first: 4096, last: 8191, state: "revoked", actor: "event:acme.scanner:7", at: noon },
      { first: 8192, last: 8192 + 62 * 4096 - 1, state: "revoked" },
    ]);
    expect(states()).toEqual({ [first.id]: "active" });
    expect(audits.map(({ action }) => action)).toEqual(["lot.revoked", "order.recorded", "order.recorded"]);
  });

  it("again, with another reason, changes nothing", async () => {
    const { revoke, addBlock, orders, audits } = aWorld();
    addBlock(0, 4096);
    await revoke(reportOf({ tenant: "acme", lot: "w47" }));
    const again = await revoke(reportOf({ tenant: "acme", lot: "w47" }, { reason: "superseded" }));
    expect(again).toEqual({ orders: [], already: orders.map(({ id }) => id) });
    expect(audits).toHaveLength(2);
  });

  it.each([
    { tenant: "acme", lot: "w48" },
    { tenant: "umbrella", lot: "w47" },
  ])("that has no block, $tenant $lot, is refused, so that a person sees it", async selector => {
    const { revoke, addBlock, orders } = aWorld();
    addBlock(0, 4096);
    await expect(revoke(reportOf(selector))).rejects.toMatchObject({
      code: "resource.not_found",
      data: { kind: "lot" },
    });
    expect(orders).toEqual([]);
  });
});
