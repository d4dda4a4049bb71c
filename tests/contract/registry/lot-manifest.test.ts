// What is known of a lot before its certificates, and the places on its manifest: real DynamoDB transactions decide.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import { type RegistryTable, transact } from "#aws/registry/client.ts";
import { countIssued } from "#aws/registry/count-issued.ts";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import { dynamoLotRegistry, takeExpectedPlace } from "#aws/registry/lot-manifest.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { slotSource } from "#core/authority/slot-source.ts";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import { announceLot } from "#core/lot/announce-lot.ts";
import { expectHolders } from "#core/lot/expect-holders.ts";
import { inExpectedPlace } from "#core/lot/expected-place.ts";
import { revokeLot } from "#core/revocation/revoke-lot.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { anEnrolment, aSlot } from "#support/records.ts";
import {
  auditOf,
  dyingTable,
  Killed,
  putAuthority,
  putCertificate,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

const lot = "w47";
const about = { tenant: "acme", lot, actor: "operator:ada" };
const holdersNamed = (count: number) => Array.from({ length: count }, (_, index) => `device-${index}`);

const announce = (table: RegistryTable, size: number, requestId = `size-${size}`) =>
  announceLot({ lots: dynamoLotRegistry(table), now: () => noon }, { ...about, size, requestId });

const expecting = (table: RegistryTable, holders: readonly string[], requestId = "manifest-1") =>
  expectHolders({ lots: dynamoLotRegistry(table), now: () => noon }, { ...about, holders, requestId });

/** As the first certificate of the lot does. */
async function takeSlot(table: RegistryTable) {
  const source = slotSource(
    { ...dynamoAuthorityRegistry(table), ...dynamoBlockRegistry(table) },
    { cacheMs: 0, now: () => noon, pause: async () => undefined },
  );
  return source.take({ tenant: "acme", lot, validUntil: fromNoon(365 * dayMs) });
}

const revoke = (table: RegistryTable) =>
  revokeLot(
    { registry: dynamoRevocationRegistry(table), now: () => noon },
    { ...about, reason: "keyCompromise", note: undefined, requestId: "evt-1" },
  );

async function aTable(): Promise<RegistryTable> {
  const table = await registry.table();
  await putAuthority(table);
  return table;
}

describe("an announced lot", () => {
  test("may change its size until its first certificate, and is told its size again at any time", async () => {
    const table = await aTable();
    expect(await announce(table, 300)).toMatchObject({ announcedSize: 300, blocks: [] });
    expect(await announce(table, 200)).toMatchObject({ announcedSize: 200 });
    await takeSlot(table);
    expect(await announce(table, 200)).toMatchObject({ announcedSize: 200, blocks: [{ size: 200 + 256 }] });
    await expect(announce(table, 201)).rejects.toMatchObject({ code: "lot.started", data: { lot } });
  });

  test("leaves one audit record for each change, and none for what changes nothing", async () => {
    const table = await aTable();
    for (const size of [300, 300, 200]) await announce(table, size, `request-${size}`);
    const audits = await rowsOf(table, `AUDIT#acme/${lot}`);
    expect(audits.map(({ action, facts }) => [action, facts])).toEqual([
      ["lot.announced", { size: "200" }],
      ["lot.announced", { size: "300" }],
    ]);
  });

  test("can be ended before it begins", async () => {
    const table = await aTable();
    await announce(table, 300);
    expect(await revoke(table)).toEqual({ orders: [], already: [] });
    await expect(takeSlot(table)).rejects.toMatchObject({ code: "lot.revoked" });
    await expect(announce(table, 200)).rejects.toMatchObject({ code: "lot.revoked" });
    await expect(expecting(table, ["device-0"])).rejects.toMatchObject({ code: "lot.revoked" });
    expect(await rowsOf(table, "BLOCKS#m1")).toEqual([]);
  });
});

describe("a manifest", () => {
  test("grows by the holders that are new, counts them exactly, and is not read with the lot", async () => {
    const table = await aTable();
    expect(await expecting(table, holdersNamed(250))).toEqual({ added: 250, expectedHolders: 250 });
    expect(await expecting(table, holdersNamed(300), "manifest-2")).toEqual({
      added: 50,
      expectedHolders: 300,
    });
    expect(await expecting(table, ["device-7", "device-7"], "manifest-3")).toEqual({
      added: 0,
      expectedHolders: 300,
    });
    expect(await rowsOf(table, `MANIFEST#acme#${lot}`)).toHaveLength(300);
    expect(await rowsOf(table, `LOT#acme#${lot}`)).toMatchObject([{ sk: "LOT", expectedHolders: 300 }]);
  });

  test("that is cut off by a crash is completed by the same call", async () => {
    const table = await aTable();
    const dying = dyingTable(table, 2, "after");
    await expect(expecting(dying.table, holdersNamed(250))).rejects.toThrow(Killed);
    expect(await rowsOf(table, `MANIFEST#acme#${lot}`)).toHaveLength(2 * 98);
    expect(await expecting(table, holdersNamed(250), "again")).toEqual({ added: 54, expectedHolders: 250 });
  });

  test("comes before the first certificate or not at all, and can be added to afterwards", async () => {
    const late = await aTable();
    await takeSlot(late);
    await expect(expecting(late, ["device-0"])).rejects.toMatchObject({ code: "lot.started" });
    expect(await rowsOf(late, `MANIFEST#acme#${lot}`)).toEqual([]);
    const early = await aTable();
    await expecting(early, ["device-0"]);
    expect(await takeSlot(early)).toMatchObject({ forExpectedHolder: true });
    expect(await expecting(early, ["device-1"], "later")).toEqual({ added: 1, expectedHolders: 2 });
  });
});

describe("a holder's place", () => {
  const intentOf = (table: RegistryTable, id: string, parts: Parameters<typeof anEnrolment>[0] = {}) => {
    const enrolments = dynamoEnrolmentRegistry(table);
    const enrolment = anEnrolment({ id: id as EnrolmentId, lot, spkiSha256: id, ...parts });
    return inExpectedPlace({ registry: enrolments, now: () => noon }, place =>
      enrolments.recordIntent(enrolment, auditOf(id, "enrolment.accepted"), [], undefined, place),
    );
  };

  test("is only for who is on the manifest, and nothing is written for others", async () => {
    const table = await aTable();
    await expecting(table, ["device-1"]);
    expect(await intentOf(table, "enr_1", { holder: "device-2" })).toEqual({ kind: "not_expected" });
    expect(await rowsOf(table, "ENROLMENT#enr_1")).toEqual([]);
    expect(await rowsOf(table, "KEY#enr_1")).toEqual([]);
  });

  test("has one enrolment of twenty that race for it, and that one again and again", async () => {
    const table = await aTable();
    await expecting(table, ["device-1"]);
    const ids = Array.from({ length: 20 }, (_, index) => `enr_${index}`);
    const results = await Promise.all(
      ids.map(async id => {
        for (;;) {
          try {
            return { id, ...(await intentOf(table, id)) };
          } catch {
            // Busy: the caller comes again.
          }
        }
      }),
    );
    const [first, ...more] = results.filter(({ kind }) => kind === "recorded");
    expect(more).toEqual([]);
    expect(results.filter(({ kind }) => kind === "place_taken")).toHaveLength(19);
    expect(await intentOf(table, first?.id ?? "")).toMatchObject({ kind: "exists" });
  });

  test.each([
    { name: "active", state: "active", free: false },
    { name: "held", state: "held", free: false },
    { name: "superseded", state: "superseded", free: false },
    { name: "revoked", state: "revoked", free: true },
    { name: "expired", state: "expired", free: true },
    { name: "a second past its end", state: "active", notAfter: fromNoon(-1_000), free: true },
    { name: "in its last second", state: "active", notAfter: noon, free: false },
  ] as const)("whose certificate is $name is free: $free", async ({ name: _name, free, ...parts }) => {
    const table = await aTable();
    await expecting(table, ["device-1"]);
    const { enrolmentId } = await putCertificate(table, 1, { holder: "device-1", lot, ...parts });
    const holder = { id: enrolmentId as EnrolmentId, tenant: "acme", lot, holder: "device-1" };
    expect(await transact(table, [takeExpectedPlace(table, holder, undefined)])).toBeUndefined();
    expect(await intentOf(table, "enr_next")).toMatchObject({ kind: free ? "recorded" : "place_taken" });
  });

  test("whose enrolment has failed is free, and one that is under way is not", async () => {
    const table = await aTable();
    await expecting(table, ["device-1"]);
    const first = await intentOf(table, "enr_first");
    expect(await intentOf(table, "enr_next")).toEqual({ kind: "place_taken", by: "enr_first" });
    if (first.kind !== "recorded") throw new Error(`the intent was not recorded: ${first.kind}`);
    await dynamoEnrolmentRegistry(table).recordFailed(
      first.enrolment,
      { ...auditOf("enr_first", "certificate.revoked"), action: "enrolment.failed" },
      false,
    );
    expect(await intentOf(table, "enr_next")).toMatchObject({ kind: "recorded" });
    expect(await intentOf(table, "enr_third")).toEqual({ kind: "place_taken", by: "enr_next" });
  });
});

describe("the certificates of a lot", () => {
  test("are counted within its own slots, and not at all when they may be in more than four pages", async () => {
    const table = await aTable();
    await announce(table, 10);
    const { slot } = await takeSlot(table);
    expect(slot).toBe(0);
    for (const at of [0, 1, 265]) await putCertificate(table, at, { lot });
    for (const at of [266, 5_000]) await putCertificate(table, at);
    const known = await dynamoLotRegistry(table).readLot("acme", lot);
    expect(await countIssued(table, known)).toBe(3);
    const [block] = known.blocks;
    if (block === undefined) throw new Error("the lot has no block");
    const sized = (size: number) => ({ ...known, blocks: [{ ...block, first: aSlot(0), size }] });
    expect(await countIssued(table, sized(4 * 4_096))).toBe(5);
    expect(await countIssued(table, sized(4 * 4_096 + 1))).toBeUndefined();
  });
});
