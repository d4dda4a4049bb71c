// The segments of a listing on the real indexes: in order, from any position on, at most as many rows as asked for; and
// a certificate by each of its names.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoCertificateFinder } from "#aws/registry/certificate-finder.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoListingRegistry } from "#aws/registry/list-certificates.ts";
import type { Caller } from "#core/caller.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { listCertificates } from "#core/listing/list-certificates.ts";
import type { ListFilter, Segment } from "#core/listing/listing.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import {
  putAuthority,
  putCertificate,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";

let registry: TestRegistry;
let table: RegistryTable;
let certificates: readonly Certificate[];
const operator: Caller = { kind: "operator", subject: "ada", scopes: ["certificates:read"] };

beforeAll(async () => {
  registry = await startTestRegistry();
  table = await registry.table();
  await putAuthority(table, { nextSlot: 2 * 4_096 });
  await putAuthority(table, { id: "m2" });
  certificates = [
    await putCertificate(table, 0, { issuedAt: fromNoon(-40 * dayMs), holder: "pump-1" }),
    await putCertificate(table, 1, { issuedAt: fromNoon(-2), holder: "pump-1", lot: "w47" }),
    await putCertificate(table, 4_095, { issuedAt: fromNoon(-1), holder: "pump-1" }),
    await putCertificate(table, 4_096, { issuedAt: noon, holder: "pump-2" }),
    await putCertificate(table, 4_097, { issuedAt: noon, holder: "pump-1", tenant: "umbrella" }),
  ];
});
afterAll(() => registry.stop());

const read = (segment: Segment, after?: string, limit = 100) =>
  dynamoListingRegistry(table).readSegment(segment, after, limit);
const pick = (...at: readonly number[]) => at.map(index => certificates[index]?.id);

/** One row at a time, going on after each position. */
async function walk(segment: Segment) {
  const ids: string[] = [];
  let after: string | undefined;
  for (;;) {
    const { rows, ended } = await read(segment, after, 1);
    ids.push(...rows.map(({ certificate }) => certificate.id));
    after = rows.at(-1)?.position ?? after;
    if (ended) return ids;
  }
}

const march: Segment = { kind: "month", tenant: "acme", month: "2026-03" };
const page0: Segment = { kind: "page", authorityId: "m1", page: 0, first: 0, last: 4_095 };
const pump1: Segment = { kind: "holder", tenant: "acme", holder: "pump-1" };

describe("a segment", () => {
  it.each<{ segment: Segment; at: readonly number[]; isSorted: boolean }>([
    { segment: march, at: [3, 2, 1], isSorted: true },
    { segment: { ...march, month: "2026-01" }, at: [0], isSorted: true },
    { segment: { ...march, month: "2026-02" }, at: [], isSorted: true },
    { segment: { ...march, tenant: "umbrella" }, at: [4], isSorted: true },
    { segment: page0, at: [0, 1, 2], isSorted: true },
    { segment: { ...page0, first: 1 }, at: [1, 2], isSorted: true },
    { segment: { ...page0, last: 4_094 }, at: [0, 1], isSorted: true },
    { segment: { ...page0, page: 1 }, at: [3, 4], isSorted: true },
    { segment: { ...page0, authorityId: "m2" }, at: [], isSorted: true },
    { segment: pump1, at: [0, 1, 2], isSorted: false },
    { segment: { ...pump1, tenant: "umbrella" }, at: [4], isSorted: false },
  ])("$segment holds its certificates, whole and row by row", async ({ segment, at, isSorted }) => {
    const order = (ids: readonly (string | undefined)[]) => (isSorted ? ids : [...ids].sort());
    const { rows, ended } = await read(segment);
    const ids = rows.map(({ certificate }) => certificate.id);
    expect([order(ids), ended]).toEqual([order(pick(...at)), true]);
    expect(await walk(segment)).toEqual(ids);
  });

  it("ends after its last slot, and asks for no bounds in the wrong order", async () => {
    expect(await read(page0, "fff")).toEqual({ rows: [], ended: true });
    expect(await read({ ...page0, last: 1 }, "001")).toEqual({ rows: [], ended: true });
  });

  it.each([march, page0, pump1])("$kind shows of a row all that a listing shows", async segment => {
    const { rows } = await read(segment);
    const { id, tenant, holder, profile, lot, authorityId, serial, sha256, notBefore, notAfter, state } =
      certificates[1] ?? {};
    expect(rows.find(({ certificate }) => certificate.id === id)?.certificate).toMatchObject({
      ...{ id, tenant, holder, profile, lot, authorityId, serial, sha256, notBefore, notAfter, state },
    });
  });
});

describe("a listing on them", () => {
  it.each<{ filter: ListFilter; at: readonly number[] }>([
    { filter: { tenant: "acme" }, at: [3, 2, 1, 0] },
    { filter: { tenant: "acme", holder: "pump-1", lot: "w47" }, at: [1] },
    { filter: { authorityId: "m1" }, at: [0, 1, 2, 3, 4] },
    { filter: { authorityId: "m2" }, at: [] },
    { filter: { tenant: "acme", lot: "w47" }, at: [] }, // Its slot lies in no block of the lot.
  ])("$filter is the same in pages of every size", async ({ filter, at }) => {
    const deps = { registry: dynamoListingRegistry(table), now: () => noon };
    for (const limit of [1, 2, 3, 200]) {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const listing = await listCertificates(deps, { caller: operator, filter, limit, cursor });
        ids.push(...listing.certificates.map(({ id }) => id));
        cursor = listing.next;
      } while (cursor !== undefined);
      expect(ids).toEqual(pick(...at));
    }
  });
});

describe("a certificate by name", () => {
  it("is found by id, serial and SHA-256", async () => {
    const finder = dynamoCertificateFinder(table);
    const [certificate] = certificates;
    if (certificate === undefined) throw new Error("there is a first certificate");
    const { id, serial, sha256 } = certificate;
    expect((await finder.readCertificate(id))?.id).toBe(id);
    expect((await finder.findBySerial(serial)).map(one => one.id)).toEqual([id]);
    expect((await finder.findBySha256(sha256)).map(one => one.id)).toEqual([id]);
  });

  it("costs the same calls whether there is one or not", async () => {
    const { table: counted, calls } = countingTable(table);
    const finder = dynamoCertificateFinder(counted);
    const { serial = "", sha256 = "", id = "" } = certificates[0] ?? {};
    const costs: number[] = [];
    for (const ask of [
      () => finder.readCertificate(id),
      () => finder.readCertificate("m1-00"),
      () => finder.findBySerial(serial),
      () => finder.findBySerial("00"),
      () => finder.findBySha256(sha256),
      () => finder.findBySha256("00".repeat(32)),
    ]) {
      const before = calls.length;
      await ask();
      costs.push(calls.length - before);
    }
    expect(costs).toEqual([1, 1, 2, 2, 2, 2]);
  });
});

describe("what a page of a listing costs", () => {
  it.each<{ filter: ListFilter; limit: number; calls: number }>([
    { filter: { tenant: "acme" }, limit: 2, calls: 1 },
    { filter: { tenant: "acme", holder: "pump-1" }, limit: 50, calls: 2 },
    { filter: { authorityId: "m1" }, limit: 2, calls: 2 },
  ])("$filter, $limit: $calls calls", async ({ filter, limit, calls: expected }) => {
    const { table: counted, calls } = countingTable(table);
    const deps = { registry: dynamoListingRegistry(counted), now: () => noon };
    await listCertificates(deps, { caller: operator, filter, limit, cursor: undefined });
    expect(calls).toHaveLength(expected);
  });
});

function countingTable(table: RegistryTable): { readonly table: RegistryTable; readonly calls: unknown[] } {
  const calls: unknown[] = [];
  const send = (command: Parameters<RegistryTable["documents"]["send"]>[0]) => {
    calls.push(command);
    return table.documents.send(command);
  };
  // Adapters call `send` and nothing else; its overloads cannot be written by hand.
  const documents = { send } as unknown as RegistryTable["documents"];
  return { table: { documents, tableName: table.tableName }, calls };
}
