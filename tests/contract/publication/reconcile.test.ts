// Threat G2: whatever the edge store was made to say, one run makes it say what the registry says, and tells of it.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { recordRevokedSerial } from "#aws/registry/revoked-serials.ts";
import { publishAuthority } from "#core/publication/provision.ts";
import { publish } from "#core/publication/publish.ts";
import { type ReconcileDeps, reconcile } from "#core/publication/reconcile.ts";
import { decodePage } from "#core/slot-page/decode.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { aSerial } from "#support/records.ts";
import { pick, seeded, startEngine, startWorld, type World } from "./publication-world.ts";

const pages = 300;
const far = (): Date => new Date(Date.now() + 600_000);
const names = Array.from({ length: pages }, (_, page) => pageKey("m1", page));

let engine: RunningServer;
let world: World;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());
afterEach(() => world.stop());

let runs = 0;
async function run(deps: Partial<ReconcileDeps> = {}, until = far()) {
  runs += 1;
  return reconcile({ ...world.deps, ...deps }, { id: `run-${runs}`, until });
}

const counts = ({ differences }: Awaited<ReturnType<typeof run>>) => ({
  missing: differences.missing.count,
  altered: differences.altered.count,
  extra: differences.extra.count,
  coarse: differences.coarse.count,
});
const nothing = { missing: 0, altered: 0, extra: 0, coarse: 0 };

async function update(puts: ReadonlyMap<string, string>, deletes: readonly string[] = []): Promise<void> {
  const all = [...puts.keys(), ...deletes];
  for (let from = 0; from < all.length; from += 50) {
    const part = all.slice(from, from + 50);
    await world.subject.update(
      Object.fromEntries(part.filter(key => puts.has(key)).map(key => [key, puts.get(key) ?? ""])),
      part.filter(key => !puts.has(key)),
    );
  }
}

/** Every slot's answer; the texts of equal pages may differ. */
const meaning = (contents: ReadonlyMap<string, string>) =>
  new Map(names.map(key => [key, decodePage(contents.get(key) ?? "")?.join("")]));

async function publishedWorld(seed: number) {
  world = await startWorld(engine);
  const random = seeded(seed);
  await world.addAuthority({
    id: "m1",
    nextSlot: pages * 4096 - 1,
    provisionedSlots: pages * 4096,
    state: "draining",
  });
  const slots = Array.from({ length: 200 }, () => Math.floor(random() * pages * 4096));
  await Promise.all(slots.map(slot => world.deny(slot)));
  await publishAuthority(world.deps, "m1");
  await publish(world.deps, { pages: names, authorities: [] });
  return random;
}

describe("a store that says what the registry says", () => {
  it("is left alone, and a registry that grows with it is no drift", async () => {
    await publishedWorld(1);
    const before = await world.subject.etag();
    expect(await run()).toMatchObject({ keysCompared: pages + 2, keysWritten: 0, inFlight: 0, calls: 0 });
    expect(await world.subject.etag()).toBe(before);
    expect(await world.events()).toEqual([]);
  });
});

describe("a store that somebody else has written to", () => {
  it("is put right in one run: 100 keys deleted, 100 altered, 100 added, all reported, none left", async () => {
    const random = await publishedWorld(2);
    const truth = await world.contents();
    const chosen = pick(random, names, 200);
    const [deleted, altered] = [chosen.slice(0, 100), chosen.slice(100)];
    const flipped = new Map(altered.map(key => [key, truth.get(key) === "g" ? "r" : "g"]));
    const added = Array.from(
      { length: 100 },
      (_, index) =>
        [
          `m1.${(pages + index).toString(16)}`,
          `m2.${index.toString(16)}`,
          `a.${index.toString(16).padStart(32, "0")}`,
          `stray-${Math.floor(random() * 1e9)}`,
        ][index % 4] as string,
    );
    await update(new Map([...flipped, ...added.map(key => [key, "g"] as const)]), deleted);

    const found = await run();
    expect(counts(found)).toEqual({ missing: 100, altered: 100, extra: 100, coarse: 0 });
    expect([...found.differences.missing.keys].sort()).toEqual([...deleted].sort());
    expect([...found.differences.altered.keys].sort()).toEqual([...altered].sort());
    expect([...found.differences.extra.keys].sort()).toEqual([...added].sort());
    const after = await world.contents();
    expect(meaning(after)).toEqual(meaning(truth));
    expect([...after.keys()].sort()).toEqual([...truth.keys()].sort());
    expect(
      (await world.events()).map(({ detailType, detail }) => [detailType, detail.cause, detail.count]),
    ).toEqual(
      expect.arrayContaining([
        ["Edge Drift Detected", "missing", 100],
        ["Edge Drift Detected", "altered", 100],
        ["Edge Drift Detected", "extra", 100],
      ]),
    );

    expect(counts(await run())).toEqual(nothing);
    expect(await world.events()).toHaveLength(3);
  });

  it("gets back its authority's record and its generation", async () => {
    await publishedWorld(3);
    const record = [...(await world.contents()).keys()].find(key => key.startsWith("a.")) ?? "";
    await update(
      new Map([
        [record, "m m1 0 9999999"],
        ["g", "yesterday"],
      ]),
    );
    const { differences } = await run();
    expect(differences.altered.keys).toEqual([record, "g"]);
    expect((await world.contents()).get(record)).toBe("m m1 0 0");
    expect(counts(await run())).toEqual(nothing);
  });

  it("gets back the keys of revoked serials, and loses those of serials that are not", async () => {
    await publishedWorld(9);
    await world.addForeignAuthority("p1");
    const [revoked, good] = [aSerial("c0ffee"), aSerial("beef")];
    const row = { authorityId: "p1", serial: revoked, source: "report", reason: "keyCompromise" } as const;
    const at = new Date();
    await recordRevokedSerial(
      world.table,
      { ...row, revokedAt: at, actor: "event:test" },
      { subject: "p1", action: "certificate.revoked", actor: "event:test", requestId: "r", at, facts: {} },
    );
    await publishAuthority(world.deps, "p1");
    await update(new Map([good, "BEEF"].map(serial => [`s.p1.${serial}`, ""])));
    const { differences } = await run();
    expect(differences.missing.keys).toEqual(["s.p1.c0ffee"]);
    expect(differences.extra.keys).toEqual(["s.p1.BEEF", "s.p1.beef"]);
    expect([...(await world.contents()).keys()].filter(key => key.startsWith("s."))).toEqual(["s.p1.c0ffee"]);
    expect(counts(await run())).toEqual(nothing);
  });

  it("that was emptied is written anew", async () => {
    await publishedWorld(4);
    const truth = await world.contents();
    await update(new Map(), [...truth.keys()]);
    expect(counts(await run())).toEqual({ ...nothing, missing: pages + 2 });
    expect(meaning(await world.contents())).toEqual(meaning(truth));
  });
});

describe("a publication under way", () => {
  it("is no drift: what it has written by the second look is not reported", async () => {
    await publishedWorld(5);
    await world.deny(5);
    const found = await run({
      wait: async () => void (await publish(world.deps, { pages: ["m1.0"], authorities: [] })),
    });
    expect(found).toMatchObject({ inFlight: 1, keysWritten: 0 });
    expect(counts(found)).toEqual(nothing);
  });

  it("that never comes is drift", async () => {
    await publishedWorld(6);
    await world.deny(6);
    expect((await run()).differences.altered.keys).toEqual(["m1.0"]);
    expect(decodePage((await world.contents()).get("m1.0") ?? "")?.[6]).toBe(1);
  });

  it("of pages ahead of their authority's mark is left to the publisher", async () => {
    world = await startWorld(engine);
    await world.addAuthority({ id: "m1", provisionedSlots: 0 });
    await update(
      new Map([
        ["m1.0", "g"],
        ["m1.2f", "g"],
        ["m1.30", "g"],
      ]),
    );
    expect((await run()).differences.extra.keys).toEqual(["m1.30"]);
  });
});

describe("a listing that moves", () => {
  it("is listed again, and after five times the run refuses and may be repeated", async () => {
    await publishedWorld(7);
    let lists = 0;
    const moving = (times: number) => ({
      ...world.deps.store,
      list: async () => {
        lists += 1;
        return lists <= times ? undefined : world.deps.store.list();
      },
    });
    expect(await run({ store: moving(4) })).toMatchObject({ keysCompared: pages + 2 });
    lists = 0;
    await expect(run({ store: moving(5) })).rejects.toMatchObject({ code: "edge_store.contended" });
  });

  it("is seen to move by the real store: a write between two of its pages", async () => {
    await publishedWorld(8);
    const listing = world.deps.store.list();
    await world.subject.put("g", "1");
    await world.subject.put("g", "2");
    expect(await listing).toBeUndefined();
  });
});

describe("a run out of time", () => {
  it("stops after a slice, and the next one goes on where it stopped", async () => {
    world = await startWorld(engine);
    await world.addAuthority({ id: "m1", nextSlot: 1, provisionedSlots: 1_500 * 4096, state: "draining" });
    const first = await run({}, new Date(0));
    expect(first.keysCompared).toBe(1_000);
    expect(first.stoppedAfter).toBeDefined();
    const second = await run();
    expect(second.keysCompared).toBe(502);
    expect(second.stoppedAfter).toBeUndefined();
    expect(first.differences.missing.count + second.differences.missing.count).toBe(1_502);
    expect(await run()).toMatchObject({ keysCompared: 1_502, keysWritten: 0 });
  });
});
