// Importing a list against real DynamoDB: in bounded time, in any order of crashes and races, and never past a newer list.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoCrlRegistry } from "#aws/registry/crl-registry.ts";
import { dynamoPublicationRegistry } from "#aws/registry/publication-registry.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { countRevokedSerials } from "#aws/registry/revoked-serials.ts";
import type { Caller } from "#core/caller.ts";
import { type ImportedCrl, importCrl } from "#core/crl/import-crl.ts";
import type { CrlRegistry } from "#core/crl/ports.ts";
import { isAppError } from "#core/error.ts";
import type { Serial } from "#core/serial.ts";
import { buildCrl, type CrlParts } from "#support/crl-builder.ts";
import { noon } from "#support/fixed-time.ts";
import { aForeignAuthority, aSerial } from "#support/records.ts";
import {
  auditOf,
  dyingTable,
  Killed,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";
import { makeTestCa, type TestCa } from "#support/test-ca.ts";

const operator: Caller = { kind: "operator", subject: "ada", scopes: ["authorities:write"] };
let tables: TestRegistry;
let ca: TestCa;
let table: RegistryTable;
let registry: CrlRegistry;

beforeAll(async () => {
  tables = await startTestRegistry();
  ca = await makeTestCa();
});
afterAll(() => tables.stop());
beforeEach(async () => {
  table = await tables.table();
  registry = dynamoCrlRegistry(table, () => noon);
  const authority = aForeignAuthority({ certificatePem: ca.certificatePem });
  const audit = {
    subject: "p1",
    action: "authority.registered",
    actor: "test",
    requestId: "1",
    at: noon,
    facts: {},
  } as const;
  await dynamoAuthorityRegistry(table).insertAuthority(authority, audit);
});

let requests = 0;
function send(der: Uint8Array<ArrayBuffer>, on: CrlRegistry = registry): Promise<ImportedCrl> {
  requests += 1;
  const usage = { totalBytes: 0, keyCount: 0, limitBytes: 5_000_000 };
  const deps = { registry: on, readUsage: async () => usage, now: () => noon };
  return importCrl(deps, { caller: operator, authorityId: "p1", der, requestId: `request-${requests}` });
}
const post = async (parts: CrlParts) => send(await buildCrl(ca, parts));
const serialsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ serial: (0x4000_0000 + first + index).toString(16) }));
const listed = async (): Promise<readonly Serial[]> =>
  [...(await registry.listRevokedSerials("p1")).keys()].sort();
const texts = (entries: readonly { readonly serial: string }[]) => entries.map(({ serial }) => serial);

describe("a list", () => {
  test("that is sent again writes nothing and answers the same", async () => {
    const der = await buildCrl(ca, { entries: serialsFrom(0, 150) });
    const first = await send(der);
    const silent = dynamoCrlRegistry(dyingTable(table, 1, "before").table, () => noon);
    expect(await send(der, silent)).toEqual(first);
  });

  test("that is not newer is refused by the registry, however the race ends", async () => {
    const entries = serialsFrom(0, 300);
    const older = await buildCrl(ca, { number: 1n, entries });
    const newer = await buildCrl(ca, { number: 2n, entries: serialsFrom(200, 300) });
    const outcomes = await Promise.allSettled([send(older), send(older), send(newer), send(newer)]);
    for (const outcome of outcomes)
      if (outcome.status === "rejected")
        expect(["crl.refused", "registry.busy"]).toContain(outcome.reason.code);
    await send(newer);
    expect(await listed()).toEqual(texts(serialsFrom(200, 300)));
    await expect(send(older)).rejects.toMatchObject({
      data: { findings: [{ code: "crl.not_newer" }] },
    });
    expect(await listed()).toEqual(texts(serialsFrom(200, 300)));
  });
});

describe("an import that dies", () => {
  test.each([1, 2, 3, 4].flatMap(nth => (["before", "after"] as const).map(when => ({ nth, when }))))(
    "$when its write $nth goes on when the list is sent again",
    async ({ nth, when }) => {
      await post({ entries: serialsFrom(0, 10) });
      const der = await buildCrl(ca, { number: 2n, entries: serialsFrom(5, 150) });
      const dying = dyingTable(table, nth, when);
      await expect(
        send(
          der,
          dynamoCrlRegistry(dying.table, () => noon),
        ),
      ).rejects.toThrow(Killed);
      // Nobody who was refused and stays so is let in meanwhile.
      expect(await listed()).toEqual(expect.arrayContaining(texts(serialsFrom(5, 5))));
      expect(await send(der)).toMatchObject({
        remaining: 0,
        crl: { state: "applied", added: 145, removed: 5 },
      });
      expect(await listed()).toEqual(texts(serialsFrom(5, 150)));
    },
  );
});

describe("a report", () => {
  const reported = (serial: string, requestId: string) =>
    dynamoRevocationRegistry(table).recordRevokedSerial(
      {
        authorityId: "p1",
        serial: aSerial(serial),
        source: "report",
        reason: "keyCompromise",
        revokedAt: noon,
        actor: "event:scanner:1",
      },
      auditOf(`p1-${serial}`, "certificate.revoked", requestId),
    );

  test("of a serial revokes it once, whatever the lists say before and after", async () => {
    await post({ entries: [{ serial: "04" }, { serial: "05" }] });
    expect(await reported("04", "1")).toBe("revoked");
    expect(await reported("04", "2")).toBe("already");
    expect(await reported("09", "3")).toBe("revoked");
    expect(await post({ number: 2n, entries: [] })).toMatchObject({ crl: { removed: 1 } });
    expect(await listed()).toEqual(["04", "09"]);
    expect(await post({ number: 3n, entries: [{ serial: "04" }] })).toMatchObject({ crl: { unchanged: 1 } });
  });

  test("racing with lists is never lost", async () => {
    const serials = texts(serialsFrom(0, 120));
    const lists = (async () => {
      for (let number = 1n; number <= 4n; number += 1n) {
        const entries = number % 2n === 1n ? serialsFrom(0, 120) : [];
        const der = await buildCrl(ca, { number, entries });
        // What an operator does who is told to come back.
        while (
          !(await send(der).catch(error =>
            isAppError(error, "registry.busy") ? undefined : Promise.reject(error),
          ))
        );
      }
    })();
    const reports = serials.slice(0, 40).map(async (serial, index) => {
      while (
        !(await reported(serial, `r${index}`).catch(error =>
          isAppError(error, "registry.busy") ? undefined : Promise.reject(error),
        ))
      );
    });
    await Promise.all([lists, ...reports]);
    expect(await listed()).toEqual(serials.slice(0, 40));
  });
});

describe("the publisher", () => {
  test("is told exactly which of the serials that it asks for are revoked", async () => {
    await post({ entries: serialsFrom(0, 250) });
    const asked = texts(serialsFrom(125, 250)).map(aSerial);
    const revoked = await dynamoPublicationRegistry(table).readRevokedSerials("p1", asked);
    expect([...revoked].sort()).toEqual(texts(serialsFrom(125, 125)));
    expect(await dynamoPublicationRegistry(table).readRevokedSerials("p2", asked)).toEqual(new Set());
  });
});

// Last: the engine is slower for every table once one of them is this large.
describe("a large list", () => {
  // 2,000 by default, for the time it takes; CRL_ENTRIES=20000 for the size of a real partner.
  const entries = Number(process.env["CRL_ENTRIES"] ?? 2_000);
  test(`of ${entries} entries is applied in full, and its removal too`, async () => {
    const started = performance.now();
    expect(await post({ entries: serialsFrom(0, entries) })).toMatchObject({
      remaining: 0,
      crl: { added: entries, removed: 0 },
    });
    console.log(`${entries} entries in ${((performance.now() - started) / 1_000).toFixed(1)} s`);
    expect(await countRevokedSerials(table, "p1")).toBe(entries);
    expect(await post({ number: 2n, entries: serialsFrom(150, entries - 150) })).toMatchObject({
      crl: { added: 0, removed: 150, unchanged: entries - 150 },
    });
    expect(await countRevokedSerials(table, "p1")).toBe(entries - 150);
  }, 240_000);
});
