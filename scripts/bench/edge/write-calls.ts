// `UpdateKeys` calls of one change, counted at the store while the real publisher makes it.
import { publish } from "#core/publication/publish.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import { seeded } from "#support/edge-simulation/random.ts";
import { countingStore, storeLimits } from "./counting-store.ts";
import { anOrder, authorityId, chooseSlots, fleetNow, fleetRegistry } from "./fleet.ts";

export type WriteCalls = {
  readonly name: string;
  readonly revoked: number;
  readonly calls: number;
  /** Pages touched and the generation key, 50 a call. */
  readonly least: number;
};

// No page boundary: a lot begins and ends somewhere inside its first and last page.
const firstSlot = 123_457;

export async function lotCalls(revoked: number): Promise<WriteCalls> {
  const last = firstSlot + revoked - 1;
  const registry = fleetRegistry(new Uint8Array(0), [anOrder(firstSlot, last)]);
  const from = Math.floor(firstSlot / pageSize);
  const pages = range(from, Math.floor(last / pageSize));
  const name = revoked === 1 ? "one certificate" : `a lot of ${revoked.toLocaleString("en-US")}`;
  return { name, revoked, ...(await callsFor(registry, pages)) };
}

export async function randomCalls(revoked: number, issued: number): Promise<WriteCalls> {
  const registry = fleetRegistry(chooseSlots(issued, revoked, seeded(3)), []);
  const candidates = range(0, Math.ceil(issued / pageSize) - 1);
  const pages: number[] = [];
  for (const page of candidates) {
    const denied = await registry.readDeniedSlots(pageKey(authorityId, page));
    if (denied.length > 0) pages.push(page);
  }
  const name = `${revoked.toLocaleString("en-US")} at random of ${issued.toLocaleString("en-US")}`;
  return { name, revoked, ...(await callsFor(registry, pages)) };
}

async function callsFor(
  registry: ReturnType<typeof fleetRegistry>,
  pages: readonly number[],
): Promise<Pick<WriteCalls, "calls" | "least">> {
  const store = countingStore();
  const keys = pages.map(page => pageKey(authorityId, page));
  const { calls } = await publish({ registry, store, now: () => fleetNow }, { pages: keys, authorities: [] });
  if (calls !== store.calls()) throw new Error("the publisher and the store count differently");
  return { calls, least: Math.ceil((pages.length + 1) / storeLimits.keysPerCall) };
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
