// Rotations in waves, on DynamoDB's own engine: each holder is told once, whatever dies, and progress is what happened.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import { readCertificate } from "#aws/registry/read-certificate.ts";
import { dynamoRotationRegistry } from "#aws/registry/rotation-registry.ts";
import { keys } from "#aws/registry/table.ts";
import { planBlock } from "#core/authority/block.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { renewalDueDetailType, renewalDueSchema } from "#core/event/renewal-events.ts";
import { rotationEndedDetailType, rotationEndedSchema } from "#core/event/rotation-ended.ts";
import { renewalWindow } from "#core/renewal/window.ts";
import { nextDue } from "#core/rotation/due.ts";
import { dayMs, fromNoon, minuteMs, noon } from "#support/fixed-time.ts";
import {
  dyingTable,
  Killed,
  putAuthority,
  putCertificate,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";
import {
  begun,
  events,
  movesOf,
  renew,
  rotationWorld,
  start,
  tenant,
  three,
  told,
  type World,
} from "./rotation-world.ts";

const hourMs = 60 * minuteMs;

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

const aWorld = (): Promise<World> => rotationWorld(registry);

const stored = async ({ table }: World, { id }: Certificate): Promise<Certificate> => {
  const certificate = await readCertificate(table, id);
  if (certificate === undefined) throw new Error(`there is no ${id}`);
  return certificate;
};

describe("a rotation", () => {
  test("that is only planned counts by state and writes nothing", async () => {
    const world = await aWorld();
    await three(world);
    await putCertificate(world.table, 3, { state: "held" });
    await putCertificate(world.table, 4, { notAfter: fromNoon(start - 1) });
    await putCertificate(world.table, 5, { tenant: "globex" });
    const { covered, rotation } = await world.begin({}, tenant, false);
    expect(covered).toEqual({
      byState: { active: 3, held: 1, superseded: 0, revoked: 0, expired: 1 },
      isComplete: true,
    });
    expect([rotation, await world.run(hourMs)]).toEqual([undefined, []]);
  });

  test("goes wave by wave, as holders renew, and counts what happens", async () => {
    const world = await aWorld();
    const [first, second, third] = await three(world);
    const held = await putCertificate(world.table, 3, { state: "held" });
    const { id } = await begun(world);
    expect(await world.run(4_999)).toEqual(["waiting"]);
    expect(await told(world)).toEqual([]);
    await world.run(5_000);
    expect(await told(world)).toEqual([second.holder, third.holder]);
    await renew(world, third, minuteMs);
    await world.run(hourMs + 5_000);
    expect(await world.read(id)).toMatchObject({
      counts: { announced: 2, renewed: 1, seen: 1, watched: 1 },
      wave: { number: 1, picked: 2, renewed: 1 },
    });
    await renew(world, second, 2 * hourMs, false);
    expect(await world.run(3 * hourMs)).toEqual(["waiting"]);
    expect(await told(world)).toEqual([first.holder, second.holder, third.holder]);
    await renew(world, first, 4 * hourMs);
    expect(await world.run(5 * hourMs)).toEqual(["waiting"]);
    // The successor that nobody uses is watched until its deadline.
    expect(await world.run(dayMs + 5_000)).toEqual(["finished"]);
    expect(await world.read(id)).toMatchObject({
      state: "finished",
      total: { certificates: 3 },
      counts: { announced: 3, renewed: 3, seen: 2, failed: 0, watched: 0, skipped: { held: 1 } },
      wave: { number: 2, picked: 1 },
    });
    expect((await stored(world, held)).windowMove).toBeUndefined();
    const [ended] = await events(world, rotationEndedDetailType);
    expect(rotationEndedSchema.parse(ended)).toMatchObject({ rotation: id, state: "finished", renewed: 3 });
    expect(await world.run(2 * dayMs)).toEqual([]);
  });

  test("opens the windows at once, gives holders their tries back, and leaves the sweep nothing to tell", async () => {
    const world = await aWorld();
    const { table } = world;
    const certificate = await putCertificate(table, 1, { renewalCount: 4 });
    const [before] = await rowsOf(table, keys.certificate(certificate.id).pk);
    const { id } = await begun(world);
    await world.run(5_000);
    const moved = await stored(world, certificate);
    const now = fromNoon(start + 5_000);
    expect(renewalWindow(moved)).toMatchObject({ start: now, move: { reason: "incident 7" } });
    expect(moved.renewalCount).toBeUndefined();
    const renewal = { expiringDays: [], overlapDays: 7 };
    expect(nextDue({ certificate: moved, renewal, successor: undefined, now }).kind).toBe("later");
    const [row] = await rowsOf(table, keys.certificate(certificate.id).pk);
    expect([row?.["duePk"], row?.["dueSk"]]).toEqual([before?.["duePk"], before?.["dueSk"]]);
    const [event] = await events(world, renewalDueDetailType);
    expect(renewalDueSchema.parse(event)).toMatchObject({
      certificate: certificate.id,
      windowStart: now.toISOString().replace(".000", ""),
      reason: "incident 7",
    });
    const audit = await rowsOf(table, `AUDIT#${certificate.id}`);
    expect(audit.at(-1)).toMatchObject({
      action: "renewal.window_moved",
      actor: "operator:ada",
      facts: { rotation: id, wave: "1" },
    });
  });

  test("asks holders whose window is open to come within the hour", async () => {
    const world = await aWorld();
    const openFrom = fromNoon(start - 300 * dayMs);
    await putCertificate(world.table, 1, { notBefore: openFrom, notAfter: fromNoon(start + 65 * dayMs) });
    await begun(world);
    await world.run(5_000);
    const [event] = await events(world, renewalDueDetailType);
    const { windowStart, windowEnd, reason } = renewalDueSchema.parse(event);
    expect(new Date(windowStart) < fromNoon(start)).toBe(true);
    expect(new Date(windowEnd) <= fromNoon(start + hourMs + 5_000)).toBe(true);
    expect(reason).toBe("incident 7");
  });

  test("ends itself when more of a wave than the threshold is not renewed in time, and says why", async () => {
    const world = await aWorld();
    const [first, second] = await three(world);
    const { id } = await begun(world, { abortThresholdPercent: 49 });
    await world.run(5_000);
    await renew(world, second, hourMs);
    expect(await world.run(dayMs + 4_999)).toEqual(["waiting"]);
    expect(await world.run(dayMs + 5_000)).toEqual(["aborted"]);
    const why = "1 of 2 certificates of wave 1 were not renewed in time; the threshold is 49 %";
    expect(await world.read(id)).toMatchObject({ state: "aborted", abortedBecause: why });
    const [ended] = await events(world, rotationEndedDetailType);
    expect(rotationEndedSchema.parse(ended)).toMatchObject({ state: "aborted", why, failed: 1 });
    expect(await told(world)).not.toContain(first.holder);
  });

  test("announces nothing while it is paused, counts on, and goes on when it is resumed", async () => {
    const world = await aWorld();
    const [first, second, third] = await three(world);
    const { id } = await begun(world);
    await world.run(5_000);
    await world.change(id, "pause");
    await renew(world, second, hourMs);
    await renew(world, third, hourMs);
    expect(await world.run(2 * hourMs)).toEqual(["waiting"]);
    expect(await world.read(id)).toMatchObject({ state: "paused", counts: { announced: 2, renewed: 2 } });
    await world.change(id, "resume");
    await world.run(2 * hourMs + minuteMs);
    expect(await told(world)).toContain(first.holder);
  });

  test("that two runs work at tells each holder once, and counts each once", async () => {
    const world = await aWorld();
    await three(world);
    const { id } = await begun(world, { waveSize: 3 });
    // One of them loses a write to the other, and stops or fails with it.
    await Promise.allSettled([world.run(5_000), world.run(5_000), world.run(5_000)]);
    await world.run(5_000 + minuteMs);
    expect(await told(world)).toEqual(["device-0", "device-1", "device-2"]);
    expect(await movesOf(world)).toEqual([1, 1, 1]);
    expect(await world.read(id)).toMatchObject({
      counts: { announced: 3, watched: 3 },
      wave: { number: 1, picked: 3, announced: 3 },
    });
  });

  test("is saved from the version that was read, and from no other; its part goes with it", async () => {
    const world = await aWorld();
    const rotation = await begun(world);
    const { save, listDueParts } = dynamoRotationRegistry(world.table);
    const at = fromNoon(start);
    const part = {
      rotationId: rotation.id,
      number: 1,
      wave: 1,
      at,
      deadline: fromNoon(start + dayMs),
      isAnnounced: false,
      lookAt: at,
      members: { "m1-0a": "awaited" },
    } as const;
    expect((await save({ ...rotation, parts: 7 }, {}))?.version).toBe(2);
    expect(await save({ ...rotation, parts: 8 }, { part })).toBeUndefined();
    expect((await world.read(rotation.id)).parts).toBe(7);
    expect(await listDueParts(rotation.id, at)).toEqual([]);
    await save({ ...rotation, version: 2 }, { part });
    expect(await listDueParts(rotation.id, at)).toEqual([part]);
    expect(await listDueParts(rotation.id, fromNoon(start - 1))).toEqual([]);
  });

  test("is one of its kind: another may begin once it has ended, and what has ended stays so", async () => {
    const world = await aWorld();
    await three(world);
    const { id } = await begun(world);
    await expect(world.begin()).rejects.toMatchObject({ code: "rotation.exists", data: { rotationId: id } });
    await world.change(id, "abort");
    expect((await world.change(id, "abort")).state).toBe("aborted");
    await expect(world.change(id, "resume")).rejects.toMatchObject({
      code: "rotation.ended",
      data: { state: "aborted" },
    });
    await begun(world);
  });
});

describe("the certificates of", () => {
  test("an authority are found by their slots, whoever holds them; an unknown authority is not found", async () => {
    const world = await aWorld();
    await putAuthority(world.table, { nextSlot: 3 * 4_096 });
    await putCertificate(world.table, 1);
    await putCertificate(world.table, 2 * 4_096, { tenant: "globex" });
    await begun(world, {}, { kind: "authority", authorityId: "m1" });
    await world.run(5_000);
    expect(await told(world)).toHaveLength(2);
    const unknown = { kind: "authority", authorityId: "m9" } as const;
    await expect(world.begin({}, unknown)).rejects.toMatchObject({ code: "resource.not_found" });
  });

  test("a lot are found in its blocks, and nobody else's; a lot without any is not found", async () => {
    const world = await aWorld();
    const authority = await putAuthority(world.table, { provisionedSlots: 2 ** 20 });
    const owner = { kind: "lot", tenant: "acme", lot: "w47" } as const;
    const block = planBlock({ id: "m1", nextSlot: 0 }, owner, 100, noon);
    const planned = { ...block, owner, ordinal: 0, next: block.first };
    const blocks = dynamoBlockRegistry(world.table);
    await blocks.cutLotBlock(authority, planned);
    await blocks.takeChunk(planned, 64);
    await putCertificate(world.table, 1, { lot: "w47" });
    await putCertificate(world.table, 200);
    await begun(world, {}, owner);
    await world.run(5_000);
    expect(await told(world)).toEqual(["device-1"]);
    await expect(world.begin({}, { ...owner, lot: "w48" })).rejects.toMatchObject({
      code: "resource.not_found",
    });
  });
});

describe("a run that dies", () => {
  /** Three runs with all that a rotation does: choose, announce, look, begin the next wave, finish. */
  async function rotate(world: World, dieAt: number): Promise<boolean> {
    const [first, second, third] = await three(world);
    await begun(world);
    const dying = dyingTable(world.table, dieAt, "after");
    const run = async (atMs: number): Promise<void> => {
      await world.run(atMs, dying.table).catch(error => {
        if (!(error instanceof Killed)) throw error;
      });
      // The next minute's run, by a worker that lives.
      if (dying.died()) await world.run(atMs + minuteMs);
    };
    await run(5_000);
    await renew(world, second, 10 * minuteMs);
    await renew(world, third, 10 * minuteMs);
    await run(2 * hourMs);
    await renew(world, first, 2 * hourMs + 10 * minuteMs);
    await run(4 * hourMs);
    return dying.died();
  }

  // Dying just before a write leaves what dying just after the one before it leaves.
  test("after any of its writes tells each holder once, and counts right", async () => {
    let died = true;
    let writes = 0;
    while (died) {
      writes += 1;
      const world = await aWorld();
      died = await rotate(world, writes);
      expect([writes, await told(world)]).toEqual([writes, ["device-0", "device-1", "device-2"]]);
      expect([writes, await movesOf(world)]).toEqual([writes, [1, 1, 1]]);
      const [ended] = await events(world, rotationEndedDetailType);
      expect([writes, ended]).toMatchObject([
        writes,
        { state: "finished", announced: 3, renewed: 3, seen: 3, failed: 0, wave: 2 },
      ]);
    }
    // Two saves of each part chosen, one announcement of each certificate, a look at each part, the end of the walk, and
    // the end of it all.
    expect(writes - 1).toBe(2 * 2 + 3 + 2 + 1 + 1);
  });
});
