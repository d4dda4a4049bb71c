// The proof finds every wrong answer that the store would give, and no other.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { toOrderRow } from "#aws/registry/order-row.ts";
import { toCertificateRow } from "#aws/registry/rows.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { proveEdge } from "#core/publication/prove.ts";
import { publish } from "#core/publication/publish.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { aCertificate, aSerial, aSlot } from "#support/records.ts";
import { startEngine, startWorld, type World } from "./publication-world.ts";

const names = ["m1.0", "m1.1", "m1.2"];
const slots = Array.from({ length: 60 }, (_, index) => index * 150);
const yearMs = 365 * 86_400_000;

let engine: RunningServer;
let world: World;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());
afterEach(() => world.stop());

async function addCertificate(slot: number, parts: Partial<Certificate> = {}): Promise<string> {
  const serial = aSerial((slot + 0x1000).toString(16));
  const notAfter = new Date(Date.now() + yearMs);
  const certificate = aCertificate({ serial, slot: aSlot(slot), notAfter, ...parts });
  const { documents, tableName } = world.table;
  await documents.send(new PutCommand({ TableName: tableName, Item: toCertificateRow(certificate) }));
  return certificate.id;
}

/** 60 certificates in three pages: revoked, held, ordered, superseded, expired and plain ones; a burnt slot besides. */
async function issuedWorld() {
  world = await startWorld(engine);
  await world.addAuthority({ id: "m1", nextSlot: 9_000, provisionedSlots: 3 * 4096, state: "draining" });
  const states = ["active", "revoked", "held", "superseded"] as const;
  const ids: string[] = [];
  for (const [index, slot] of slots.entries()) {
    const state = states[index % 4] ?? "active";
    ids.push(await addCertificate(slot, { state }));
    if (state === "revoked" || state === "held") await world.deny(slot, state);
  }
  await world.deny(7, "burnt");
  await addCertificate(8, { notAfter: new Date(Date.now() - yearMs) });
  const { documents, tableName } = world.table;
  const order = {
    id: "o1",
    authorityId: "m1",
    first: aSlot(8_000),
    last: aSlot(8_999),
    state: "held",
    actor: "t",
  } as const;
  await documents.send(
    new PutCommand({ TableName: tableName, Item: toOrderRow({ ...order, at: new Date() }) }),
  );
  await publish(world.deps, { pages: names, authorities: ["m1"] });
  return ids;
}

const prove = (until = new Date(Date.now() + 60_000), after?: string) =>
  proveEdge(world.proveDeps, { until, ...(after === undefined ? {} : { after }) });

describe("the proof", () => {
  it("counts what is refused and admitted, and finds nothing wrong in what the publisher wrote", async () => {
    await issuedWorld();
    const ordered = slots.filter(slot => slot >= 8_000);
    const individually = slots.filter((slot, index) => [1, 2].includes(index % 4) && slot < 8_000);
    const refused = ordered.length + individually.length + 1;
    expect(await prove()).toMatchObject({
      pages: 3,
      checked: 62,
      refused,
      expired: 1,
      admitted: 61 - refused,
      wrong: 0,
      wrongNames: [],
    });
  });

  it("names each certificate that a wrong page admits or refuses", async () => {
    const ids = await issuedWorld();
    await world.subject.put("m1.0", "g");
    const admitted = ids.filter((_, index) => [1, 2].includes(index % 4) && (slots[index] ?? 0) < 4096);
    expect((await prove()).wrongNames).toEqual([...admitted, "m1.0+7"].sort());
    await world.subject.put("m1.0", "r");
    expect((await prove()).wrong).toBe(28 - admitted.length);
  });

  it("calls a missing page, a malformed one and a lost record refusals, as the edge does", async () => {
    await issuedWorld();
    const good = 28 - 14;
    await world.subject.put("m1.0", "?");
    expect((await prove()).wrong).toBe(good);
    await world.subject.update({}, ["m1.0"]);
    expect((await prove()).wrong).toBe(good);
    const record = [...(await world.contents()).keys()].find(key => key.startsWith("a.")) ?? "";
    await publish(world.deps, { pages: names, authorities: [] });
    await world.subject.update({}, [record]);
    expect((await prove()).refused).toBeGreaterThan(0);
    expect((await prove()).admitted).toBe(0);
  });

  it("waits for a publication under way before it calls an answer wrong", async () => {
    await issuedWorld();
    await world.deny(0);
    const wait = async () => void (await publish(world.deps, { pages: ["m1.0"], authorities: [] }));
    const until = new Date(Date.now() + 60_000);
    expect((await proveEdge({ ...world.proveDeps, wait }, { until })).wrong).toBe(0);
    await world.deny(600);
    expect((await prove()).wrong).toBe(1);
  });
});
