// Pages whose certificates have all expired go, in an order that refuses nobody who is good, whatever dies in between.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoAgeOutRegistry } from "#aws/registry/age-out-registry.ts";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { readOrders } from "#aws/registry/order-registry.ts";
import { dynamoPublicationRegistry } from "#aws/registry/publication-registry.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { isManaged } from "#core/authority/authority.ts";
import { planBlock } from "#core/authority/block.ts";
import { ageOut } from "#core/publication/age-out.ts";
import { publishAuthority } from "#core/publication/provision.ts";
import { publish } from "#core/publication/publish.ts";
import { revokeLot } from "#core/revocation/revoke-lot.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
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
import { fakeStore } from "../../unit/core/publication/fake-edge-store.ts";

const pageSize = 4096;
const lotLifeMs = (90 + 365) * dayMs;
let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

async function authorityOf(table: RegistryTable) {
  const [authority] = await dynamoAuthorityRegistry(table).listAuthorities();
  if (authority === undefined || !isManaged(authority)) throw new Error("there is one, and it is managed");
  return authority;
}

async function cutLot(table: RegistryTable, lot: string, pages: number, at: Date): Promise<void> {
  const authority = await authorityOf(table);
  const owner = { kind: "lot", tenant: "acme", lot } as const;
  const planned = planBlock(authority, owner, pages * pageSize, at);
  const block = { ...planned, owner, ordinal: 0, next: planned.first };
  if (!(await dynamoBlockRegistry(table).cutLotBlock(authority, block)))
    throw new Error("the lot was not cut");
}

/** Two old lots of two pages and one page, the first revoked, a revoked single in the second; one young lot. */
async function aWorld() {
  const table = await registry.table();
  const store = fakeStore();
  await putAuthority(table, { provisionedSlots: 0 });
  const depsOf = (on: RegistryTable, now: Date) => ({
    registry: dynamoAgeOutRegistry(on),
    publish: { registry: dynamoPublicationRegistry(on), store, now: () => now },
    now: () => now,
  });
  await publishAuthority(depsOf(table, noon).publish, "m1");
  await cutLot(table, "old-1", 2, noon);
  await cutLot(table, "old-2", 1, fromNoon(dayMs));
  await cutLot(table, "young", 1, fromNoon(200 * dayMs));
  const single = await putCertificate(table, 2 * pageSize + 5, { lot: "old-2" });
  const revocations = dynamoRevocationRegistry(table);
  const revocation = { reason: "keyCompromise", revokedAt: noon, actor: "operator:ada" } as const;
  await revocations.recordRevocation(single, revocation, auditOf(single.id, "certificate.revoked"));
  await revokeLot(
    { registry: revocations, now: () => noon },
    { tenant: "acme", lot: "old-1", reason: "keyCompromise", note: undefined, actor: "a", requestId: "r" },
  );
  await publish(depsOf(table, noon).publish, { pages: ["m1.0", "m1.1", "m1.2"], authorities: [] });
  const run = (now: Date, on = table) => ageOut(depsOf(on, now), { requestId: "run", mayGoOn: () => true });
  const pages = () =>
    [...store.contents.keys()]
      .filter(key => key.startsWith("m1."))
      .sort()
      .slice(0, 4);
  const record = () => [...store.contents].find(([key]) => key.startsWith("a."))?.[1];
  return { table, store, run, pages, record, publishPages: depsOf(table, noon).publish };
}

const dead = fromNoon(lotLifeMs + dayMs + dayMs + 1);

describe("age-out", () => {
  test("leaves a page whose block is dead for a day less, and takes it a moment later", async () => {
    const { run, pages, record } = await aWorld();
    await run(fromNoon(lotLifeMs + dayMs));
    expect([pages(), record()]).toEqual([["m1.0", "m1.1", "m1.10", "m1.11"], "m m1 0 0"]);
    await run(fromNoon(lotLifeMs + dayMs + 1));
    expect([pages(), record()]).toEqual([["m1.10", "m1.11", "m1.12", "m1.13"], `m m1 0 ${2 * pageSize}`]);
  });

  test("prunes orders and denied slots of the dead pages, and no others", async () => {
    const { table, run } = await aWorld();
    const live = await putCertificate(table, 3 * pageSize + 7, { lot: "young" });
    const revocation = { reason: "superseded", revokedAt: noon, actor: "operator:ada" } as const;
    await dynamoRevocationRegistry(table).recordRevocation(
      live,
      revocation,
      auditOf(live.id, "certificate.revoked"),
    );
    expect(await run(dead)).toEqual([{ authorityId: "m1", pages: 3 }]);
    expect(await readOrders(table, "m1", 0)).toEqual([]);
    expect(await rowsOf(table, "PAGE#m1.2")).toEqual([]);
    expect(await rowsOf(table, "PAGE#m1.3")).toHaveLength(1);
    expect(await authorityOf(table)).toMatchObject({
      firstLiveSlot: 3 * pageSize,
      clearedSlots: 3 * pageSize,
    });
    expect(await run(dead)).toEqual([{ authorityId: "m1", pages: 0 }]);
  });

  test("does not bring a dead page back when its rows change", async () => {
    const { run, store, publishPages } = await aWorld();
    await run(dead);
    const before = new Map(store.contents);
    await publish(publishPages, { pages: ["m1.0", "m1.2"], authorities: [] });
    expect(store.contents).toEqual(before);
  });

  test("stops at a live block, though later ones are dead", async () => {
    const { table, run, record } = await aWorld();
    await cutLot(table, "later-and-dead", 1, fromNoon(-dayMs));
    await run(dead);
    expect(record()).toBe(`m m1 0 ${3 * pageSize}`);
  });

  test("ends where the counter is when every block is dead, inside a page that stays", async () => {
    const { table, run, record, store } = await aWorld();
    const authority = await authorityOf(table);
    await dynamoBlockRegistry(table).cutBlock(authority, planBlock(authority, { kind: "online" }, 64, noon));
    await run(fromNoon(3 * lotLifeMs));
    expect(record()).toBe(`m m1 0 ${4 * pageSize + 64}`);
    expect([store.contents.has("m1.3"), store.contents.has("m1.4")]).toEqual([false, true]);
  });

  test("is made good by the next run wherever it dies", async () => {
    for (let nth = 1; ; nth += 1) {
      const { table, run, store } = await aWorld();
      const [before, after] = [dyingTable(table, nth, "before"), dyingTable(table, nth, "after")];
      await run(dead, before.table).catch(error => expect(error).toBeInstanceOf(Killed));
      // No page goes before the edge refuses its slots by number.
      const record = [...store.contents].find(([key]) => key.startsWith("a."))?.[1];
      if (!store.contents.has("m1.0")) expect(record).toBe(`m m1 0 ${3 * pageSize}`);
      await run(dead, after.table).catch(error => expect(error).toBeInstanceOf(Killed));
      await run(dead);
      expect(["m1.0", "m1.1", "m1.2", "m1.3"].map(key => store.contents.has(key))).toEqual([
        false,
        false,
        false,
        true,
      ]);
      expect(await authorityOf(table)).toMatchObject({ clearedSlots: 3 * pageSize });
      expect(await readOrders(table, "m1", 0)).toEqual([]);
      expect(await rowsOf(table, "PAGE#m1.2")).toEqual([]);
      if (!before.died()) break;
    }
  });
});
