// Slots are handed out once, by however many workers at once, and never without a page (invariant: one slot, one
// certificate). Real DynamoDB transactions decide.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoLotRegistry } from "#aws/registry/lot-manifest.ts";
import { planBlock } from "#core/authority/block.ts";
import { slotSource } from "#core/authority/slot-source.ts";
import type { SlotNeed } from "#core/enrolment/ports.ts";
import { isAppError } from "#core/error.ts";
import { noon } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { putAuthority, rowsOf, startTestRegistry, type TestRegistry } from "#support/registry-table.ts";

const pageSize = 4096;
let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

function worker(table: RegistryTable) {
  const source = slotSource(
    { ...dynamoAuthorityRegistry(table), ...dynamoBlockRegistry(table) },
    {
      cacheMs: 5_000,
      now: () => noon,
      pause: attempt => new Promise(resolve => setTimeout(resolve, Math.random() * attempt * 10)),
    },
  );
  return async (need: Partial<SlotNeed>, count: number): Promise<readonly number[]> => {
    const taken: number[] = [];
    while (taken.length < count) {
      try {
        taken.push((await source.take({ tenant: "acme", validUntil: noon, ...need })).slot);
      } catch (error) {
        // What a caller does that is told to come back.
        if (!isAppError(error, "registry.busy")) throw error;
      }
    }
    return taken;
  };
}

async function announce(table: RegistryTable, size: number): Promise<void> {
  const audit = { subject: "acme/w47", action: "lot.announced", actor: "operator:ada" } as const;
  const announced = await dynamoLotRegistry(table).recordAnnounced(
    { tenant: "acme", lot: "w47", size },
    { ...audit, requestId: "setup", at: noon, facts: {} },
  );
  expect(announced).toBe("announced");
}

describe("twenty racing workers", () => {
  test("never get the same slot online, and every slot is in a block on record", async () => {
    const table = await registry.table();
    await putAuthority(table);
    const workers = Array.from({ length: 20 }, () => worker(table));
    const taken = (await Promise.all(workers.map(take => take({}, 70)))).flat();
    expect(new Set(taken).size).toBe(20 * 70);
    const blocks = await rowsOf(table, "BLOCKS#m1");
    expect(blocks).toHaveLength(40);
    const inBlocks = new Set(
      blocks.flatMap(({ first, size }) =>
        Array.from({ length: Number(size) }, (_, index) => Number(first) + index),
      ),
    );
    expect(inBlocks.size).toBe(40 * 64);
    expect(taken.every(slot => inBlocks.has(slot))).toBe(true);
  });

  test("share one lot's page without a gap or a slot twice, and cut one block for it", async () => {
    const table = await registry.table();
    await putAuthority(table, { nextSlot: 64 });
    const workers = Array.from({ length: 20 }, () => worker(table));
    const taken = (await Promise.all(workers.map(take => take({ lot: "w47" }, 64)))).flat();
    expect([...taken].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 * 64 }, (_, index) => pageSize + index),
    );
    expect(await rowsOf(table, "BLOCKS#m1")).toMatchObject([
      { first: pageSize, size: pageSize, kind: "lot", tenant: "acme", lot: "w47" },
    ]);
  });

  test("use a small block up to its last slot and go on in a page", async () => {
    const table = await registry.table();
    await putAuthority(table);
    await announce(table, 100);
    const workers = Array.from({ length: 20 }, () => worker(table));
    const taken = (await Promise.all(workers.map(take => take({ lot: "w47" }, 64)))).flat();
    expect(new Set(taken).size).toBe(20 * 64);
    const room = 100 + 4 * 64;
    expect(taken.filter(slot => slot < room)).toHaveLength(room);
    expect(Math.min(...taken.filter(slot => slot >= room))).toBe(pageSize);
  });

  test("in lots of their own never touch each other's pages", async () => {
    const table = await registry.table();
    await putAuthority(table);
    const lots = Array.from({ length: 8 }, (_, index) => `lot-${index}`);
    const taken = await Promise.all(lots.map(lot => worker(table)({ lot }, 70)));
    const pages = taken.map(slots => [...new Set(slots.map(slot => Math.floor(slot / pageSize)))]);
    expect(pages.map(({ length }) => length)).toEqual(lots.map(() => 1));
    expect(new Set(pages.flat()).size).toBe(8);
  });
});

describe("a cut", () => {
  const cases = [
    { name: "that ends with the last page", nextSlot: pageSize - 64, provisionedSlots: pageSize, done: true },
    { name: "a slot beyond it", nextSlot: pageSize - 63, provisionedSlots: pageSize, done: false },
    { name: "of an authority that issues no more", state: "draining", done: false },
  ] as const;
  test.each(cases)("$name: $done", async ({ name: _name, done, ...parts }) => {
    const table = await registry.table();
    const authority = await putAuthority(table, parts);
    const block = planBlock(authority, { kind: "online" }, 64, noon);
    expect(await dynamoBlockRegistry(table).cutBlock(authority, block)).toBe(done);
    expect(await rowsOf(table, "BLOCKS#m1")).toHaveLength(done ? 1 : 0);
  });

  test("by a counter that has moved on is refused", async () => {
    const table = await registry.table();
    const authority = await putAuthority(table);
    const blocks = dynamoBlockRegistry(table);
    const block = planBlock(authority, { kind: "online" }, 64, noon);
    expect(await blocks.cutBlock(authority, block)).toBe(true);
    expect(await blocks.cutBlock(authority, block)).toBe(false);
  });

  test("for a lot larger than the pages ahead raises what is wanted, and only ever raises it", async () => {
    const table = await registry.table();
    await putAuthority(table, { provisionedSlots: 50 * pageSize });
    await announce(table, 250_000);
    const take = worker(table);
    await expect(take({ lot: "w47" }, 1)).rejects.toMatchObject({
      code: "authority.unavailable",
    });
    await dynamoBlockRegistry(table).wantSlots("m1", 5);
    const [authority] = await dynamoAuthorityRegistry(table).listAuthorities();
    expect(authority).toEqual(anAuthority({ wantedSlots: 62 * pageSize, version: 2 }));
    await dynamoAuthorityRegistry(table).recordProvisioned("m1", 62 * pageSize);
    expect(await worker(table)({ lot: "w47" }, 1)).toEqual([0]);
  });
});
