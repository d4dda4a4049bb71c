// A list becomes an authority's revoked serials only when it is the CA's, current, newer, complete, and fits.
import { beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "#core/caller.ts";
import { importCrl } from "#core/crl/import-crl.ts";
import * as x509 from "#core/x509.ts";
import { buildCrl, type CrlParts, subjectOf } from "#support/crl-builder.ts";
import { type Bytes, oid, sequence } from "#support/der-builder.ts";
import { dayMs, fromNoon, handClock } from "#support/fixed-time.ts";
import { aForeignAuthority, anAuthority, aSerial } from "#support/records.ts";
import { makeTestCa, type TestCa } from "#support/test-ca.ts";
import { type FakeCrlRegistry, fakeCrlRegistry } from "./fake-crl-registry.ts";

const operator: Caller = { kind: "operator", subject: "ada", scopes: ["authorities:write"] };
let ca: TestCa;
let registry: FakeCrlRegistry;
let clock: ReturnType<typeof handClock>;
let usage = { totalBytes: 0, keyCount: 0, limitBytes: 5_000_000 };

beforeEach(async () => {
  ca = await makeTestCa();
  registry = fakeCrlRegistry(aForeignAuthority({ certificatePem: ca.certificatePem }), anAuthority());
  clock = handClock();
  usage = { totalBytes: 0, keyCount: 0, limitBytes: 5_000_000 };
});

const send = (der: Bytes, authorityId = "p1", caller = operator) =>
  importCrl(
    { registry, readUsage: async () => usage, now: clock.now },
    { caller, authorityId, der, requestId: "request-1" },
  );
const post = async (parts: CrlParts) => send(await buildCrl(ca, parts));

const listOf = (...serials: readonly string[]) => serials.map(serial => ({ serial }));
const refused = (...codes: readonly string[]) => ({
  code: "crl.refused",
  data: { findings: codes.map(code => ({ code, pointer: "" })) },
});

describe("a list", () => {
  it("adds what it names, removes what it drops, and says so", async () => {
    expect(await post({ entries: listOf("04", "05") })).toMatchObject({
      remaining: 0,
      crl: { state: "applied", number: "1", entries: 2, added: 2, removed: 0, unchanged: 0 },
    });
    expect(await post({ number: 2n, entries: listOf("05", "06", "07") })).toMatchObject({
      crl: { entries: 3, added: 2, removed: 1, unchanged: 1 },
    });
    expect([...registry.serials.keys()].sort()).toEqual(["05", "06", "07"]);
    expect(registry.audits.map(({ action }) => action)).toEqual([
      "crl.recorded",
      "crl.applied",
      "crl.recorded",
      "crl.applied",
    ]);
  });

  it("that is sent again changes nothing and answers the same", async () => {
    const der = await buildCrl(ca, { entries: listOf("04") });
    const first = await send(der);
    const { log, audits } = structuredClone({ log: registry.log, audits: registry.audits });
    expect(await send(der)).toEqual(first);
    expect([registry.log, registry.audits]).toEqual([log, audits]);
  });

  it("never removes what a report has named", async () => {
    await post({ entries: listOf("04") });
    registry.serials.set(aSerial("04"), "report");
    registry.serials.set(aSerial("09"), "report");
    await post({ number: 2n, entries: [] });
    expect([...registry.serials.keys()].sort()).toEqual(["04", "09"]);
  });

  it("is written before anything is removed", async () => {
    await post({ entries: listOf("04") });
    registry.log.length = 0;
    await post({ number: 2n, entries: listOf("05") });
    expect(registry.log).toEqual(["record 2", "add 05", "remove 04"]);
  });
});

describe("a list that stops half-way", () => {
  const many = Array.from({ length: 250 }, (_, index) => ({
    serial: `01${index.toString(16).padStart(2, "0")}`,
  }));

  it("after twenty seconds says what remains, and goes on when it is sent again", async () => {
    const der = await buildCrl(ca, { entries: many });
    registry.beforeChange = () => clock.forward(10_000);
    expect(await send(der)).toMatchObject({ remaining: 52, crl: { state: "applying", added: 250 } });
    expect(await send(der)).toMatchObject({ remaining: 0, crl: { state: "applied", added: 250 } });
    expect(registry.serials.size).toBe(250);
  });

  it.each([1, 2, 3])("by a crash at its write %i goes on when it is sent again", async crashAt => {
    const der = await buildCrl(ca, { entries: many });
    let write = 0;
    registry.beforeChange = () => {
      write += 1;
      if (write === crashAt) throw new Error("killed");
    };
    await expect(send(der)).rejects.toThrow("killed");
    expect(await send(der)).toMatchObject({ remaining: 0, crl: { state: "applied", added: 250 } });
    expect(registry.serials.size).toBe(250);
  });

  it("gives way to a newer one: the older stops at its next write", async () => {
    const older = await buildCrl(ca, { entries: many });
    const newer = await buildCrl(ca, { number: 2n, entries: listOf("05") });
    let sent = false;
    registry.beforeChange = () => {
      if (!sent && registry.serials.size > 0 && registry.crl !== undefined) {
        sent = true;
        registry.crl = { ...registry.crl, sha256: "another", number: "2" };
      }
    };
    await expect(send(older)).rejects.toMatchObject(refused("crl.not_newer"));
    expect(registry.serials.size).toBe(99);
    registry.crl = undefined;
    expect(await send(newer)).toMatchObject({ crl: { added: 1, removed: 99 } });
  });

  it("by a report of one of its serials looks again, and leaves that one to the report", async () => {
    let reported = false;
    registry.beforeChange = () => {
      if (!reported) registry.serials.set(aSerial("04"), "report");
      reported = true;
    };
    expect(await post({ entries: listOf("04", "05") })).toMatchObject({ remaining: 0 });
    expect([...registry.serials]).toEqual([
      ["04", "report"],
      ["05", "crl"],
    ]);
  });
});

describe("refused, with nothing written, is a list", () => {
  it.each<{
    readonly name: string;
    readonly parts: (other: TestCa) => CrlParts;
    readonly codes: readonly string[];
  }>([
    { name: "signed by another key", parts: other => ({ signer: other }), codes: ["crl.signature_invalid"] },
    {
      name: "of another issuer",
      parts: other => ({ issuer: subjectOf(other) }),
      codes: ["crl.issuer_mismatch"],
    },
    {
      name: "signed with SHA-1",
      parts: () => ({ algorithm: sequence(oid("1.2.840.10045.4.1")) }),
      codes: ["crl.signature_algorithm"],
    },
    {
      name: "that claims another hash than it was signed with",
      parts: () => ({ algorithm: sequence(oid("1.2.840.10045.4.3.3")) }),
      codes: ["crl.signature_invalid"],
    },
    {
      name: "from the future",
      parts: () => ({ thisUpdate: fromNoon(301_000) }),
      codes: ["crl.not_yet_valid"],
    },
    {
      name: "without a next one",
      parts: () => ({ nextUpdate: undefined }),
      codes: ["crl.next_update_missing"],
    },
    {
      name: "that has had its time",
      parts: () => ({ thisUpdate: fromNoon(-dayMs), nextUpdate: fromNoon(-1_000) }),
      codes: ["crl.expired"],
    },
    {
      name: "whose dates are reversed",
      parts: () => ({ nextUpdate: fromNoon(0) }),
      codes: ["crl.dates_reversed"],
    },
    {
      name: "with everything wrong at once",
      parts: other => ({ signer: other, nextUpdate: undefined, thisUpdate: fromNoon(dayMs) }),
      codes: ["crl.signature_invalid", "crl.not_yet_valid", "crl.next_update_missing"],
    },
  ])("$name", async ({ parts, codes }) => {
    const other = await makeTestCa({ name: "CN=Another CA" });
    await expect(post({ ...parts(other), entries: listOf("04") })).rejects.toMatchObject(refused(...codes));
    expect([registry.crl, registry.serials.size, registry.audits.length]).toEqual([undefined, 0, 0]);
  });

  it("whose CA may not sign lists", async () => {
    ca = await makeTestCa({ keyUsages: x509.KeyUsageFlags.keyCertSign });
    registry = fakeCrlRegistry(aForeignAuthority({ certificatePem: ca.certificatePem }));
    await expect(post({})).rejects.toMatchObject(refused("crl.signer_unfit"));
  });

  it.each([
    { name: "an earlier number", last: { number: 5n }, next: { number: 4n, thisUpdate: fromNoon(1_000) } },
    { name: "the same number", last: { number: 5n }, next: { number: 5n, thisUpdate: fromNoon(1_000) } },
    {
      name: "a later number, made earlier",
      last: { number: 5n },
      next: { number: 6n, thisUpdate: fromNoon(-1_000) },
    },
    { name: "no number, made at the same time", last: { number: 5n }, next: { number: undefined } },
  ])("with $name than the last", async ({ last, next }) => {
    await post(last);
    await expect(post({ ...next, entries: listOf("04") })).rejects.toMatchObject(refused("crl.not_newer"));
    expect(registry.serials.size).toBe(0);
  });

  it.each([
    { name: "a later number, made at the same time", last: { number: 5n }, next: { number: 6n } },
    {
      name: "no numbers, made later",
      last: { number: undefined },
      next: { number: undefined, thisUpdate: fromNoon(1_000) },
    },
  ])("not with $name", async ({ last, next }) => {
    await post(last);
    expect(await post({ ...next, entries: listOf("04") })).toMatchObject({ crl: { added: 1 } });
  });

  it("that would leave less than a tenth of the edge store free", async () => {
    // `s.p1.04`, twice, at 90 percent and just below.
    usage = { ...usage, totalBytes: 4_500_000 - 14 };
    await expect(post({ entries: listOf("04", "05") })).rejects.toMatchObject(refused("crl.no_room"));
    expect(registry.crl).toBeUndefined();
    usage = { ...usage, totalBytes: 4_500_000 - 15 };
    expect(await post({ entries: listOf("04", "05") })).toMatchObject({ crl: { added: 2 } });
  });

  it("for an authority with slots, and for none", async () => {
    const der = await buildCrl(ca);
    await expect(send(der, "m1")).rejects.toMatchObject(refused("crl.authority_managed"));
    await expect(send(der, "p9")).rejects.toMatchObject({ code: "resource.not_found" });
  });

  it("of a caller without the scope", async () => {
    const caller: Caller = { kind: "operator", subject: "ada", scopes: ["certificates:write"] };
    await expect(send(await buildCrl(ca), "p1", caller)).rejects.toMatchObject({ code: "caller.forbidden" });
  });
});
