// What connection logs change in the registry, on DynamoDB's own engine: a write a day for each certificate, a
// predecessor that is superseded by proof alone, a return that is told once, whoever delivers what how often.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoHoldRegistry } from "#aws/registry/hold-registry.ts";
import { readCertificate } from "#aws/registry/read-certificate.ts";
import { dynamoSeenRegistry } from "#aws/registry/seen-registry.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import type { OnReturn } from "#core/profile/profile.ts";
import { profiles } from "#core/profile/profile.ts";
import { profileSource } from "#core/profile/profile-source.ts";
import { quietCertificates } from "#core/rotation/quiet-certificates.ts";
import { recordSeen } from "#core/rotation/record-seen.ts";
import { retire } from "#core/rotation/retire.ts";
import { dayMs, fromNoon, type HandClock, handClock, minuteMs, noon } from "#support/fixed-time.ts";
import { aSerial } from "#support/records.ts";
import {
  auditOf,
  dyingTable,
  Killed,
  putCertificate,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";

let registry: TestRegistry;
let table: RegistryTable;
let clock: HandClock;
let onReturn: OnReturn;
let number = 0;
let runs = 0;
beforeAll(async () => {
  registry = await startTestRegistry();
  table = await registry.table();
});
afterAll(() => registry.stop());
beforeEach(() => {
  clock = handClock();
  onReturn = "tell";
});

/** As `putCertificate` makes it of a slot. */
const idOf = (slot: number) => certificateId("m1", aSerial(`a${(slot + 1).toString(16).padStart(15, "0")}`));

/** Certificates each of which renews the one before; the first of all renews nothing. */
async function aLineage(states: readonly Certificate["state"][]): Promise<readonly Certificate[]> {
  const first = number;
  number += states.length;
  const certificates: Certificate[] = [];
  for (const [index, state] of states.entries()) {
    const slot = first + index;
    const parts = {
      ...(index === 0 ? {} : { renews: idOf(slot - 1) }),
      ...(index === states.length - 1 ? {} : { renewedBy: idOf(slot + 1), renewalEnrolmentId: "enr_r" }),
    };
    certificates.push(await putCertificate(table, slot, { state, holder: `device-${first}`, ...parts }));
  }
  return certificates;
}

async function aFresh(): Promise<Certificate> {
  const [certificate] = await aLineage(["active"]);
  if (certificate === undefined) throw new Error("one state is one certificate");
  return certificate;
}

async function pair(old: Certificate["state"] = "active", next: Certificate["state"] = "active") {
  const [predecessor, successor] = await aLineage([old, next]);
  if (predecessor === undefined || successor === undefined)
    throw new Error("two states are two certificates");
  return { predecessor, successor };
}

type Handshake = { readonly atMs: number; readonly refused?: boolean };

function lineOf({ authorityId, serial }: Certificate, { atMs, refused = false }: Handshake): string {
  return JSON.stringify({
    eventTimestamp: fromNoon(atMs).getTime(),
    connectionStatus: refused ? "Failed:ConnectionFunctionDenied" : "Success",
    clientLeafCertSerialNumber: serial,
    connectionLogCustomData: JSON.stringify({
      reason: refused ? "revoked" : "good",
      authority: authorityId,
      serial,
    }),
  });
}

/** By a worker that knows nothing yet, at the latest of the times. */
function see(certificate: Certificate, ...handshakes: readonly Handshake[]) {
  return deliver(handshakes.map(handshake => lineOf(certificate, handshake)));
}

function deliver(lines: readonly string[], by: RegistryTable = table, quiet = quietCertificates()) {
  runs += 1;
  const device = { ...profiles.device, renewal: { ...profiles.device.renewal, onReturn } };
  const deps = {
    registry: dynamoSeenRegistry(by),
    profiles: { find: async () => device },
    quiet,
    now: clock.now,
  };
  return recordSeen(deps, lines, { requestId: `run-${runs}` });
}

async function current({ id }: Pick<Certificate, "id">): Promise<Certificate> {
  const certificate = await readCertificate(table, id);
  if (certificate === undefined) throw new Error(`there is no ${id}`);
  return certificate;
}

async function actionsOf({ id }: Certificate): Promise<readonly unknown[]> {
  const actions = (await rowsOf(table, `AUDIT#${id}`)).map(({ action }) => action);
  return actions.filter(action => action !== "certificate.issued");
}

async function eventsOf({ id }: Certificate): Promise<readonly { type: string; detail: unknown }[]> {
  const shards = Array.from({ length: 16 }, (_, shard) => rowsOf(table, `OUTBOX#${shard.toString(16)}`));
  return (await Promise.all(shards))
    .flat()
    .map(row => ({ type: String(row["detailType"]), detail: JSON.parse(String(row["detail"])) }))
    .filter(({ type, detail }) => detail.certificate === id && type !== "Certificate Issued");
}

/** The same table, and what it was asked. */
function counted() {
  const commands: string[] = [];
  const send = async (command: Parameters<RegistryTable["documents"]["send"]>[0]): Promise<unknown> => {
    commands.push(command.constructor.name);
    return table.documents.send(command);
  };
  // Adapters call `send` and nothing else; its overloads cannot be written by hand.
  const documents = { send } as unknown as RegistryTable["documents"];
  return { table: { ...table, documents }, commands };
}

describe("a certificate that is seen", () => {
  test("is on record with its last handshake, and its version stays", async () => {
    clock.forward(10 * minuteMs);
    const certificate = await aFresh();
    expect(
      await see(certificate, { atMs: minuteMs }, { atMs: 3 * minuteMs }, { atMs: 2 * minuteMs }),
    ).toMatchObject({
      seen: 1,
      superseded: 0,
    });
    const { lastSeenAt, version, state } = await current(certificate);
    expect([lastSeenAt, version, state]).toEqual([fromNoon(3 * minuteMs), certificate.version, "active"]);
    expect(await actionsOf(certificate)).toEqual([]);
  });

  test("is written again after a day and no sooner, and never back", async () => {
    clock.forward(3 * dayMs);
    const certificate = await aFresh();
    const seenAfter = async (atMs: number) => {
      await see(certificate, { atMs });
      return (await current(certificate)).lastSeenAt;
    };
    expect(await seenAfter(dayMs)).toEqual(fromNoon(dayMs));
    expect(await seenAfter(2 * dayMs)).toEqual(fromNoon(dayMs));
    expect(await seenAfter(0)).toEqual(fromNoon(dayMs));
    expect(await seenAfter(2 * dayMs + 1)).toEqual(fromNoon(2 * dayMs + 1));
  });

  test("a thousand times by one worker costs one read and one write", async () => {
    const certificate = await aFresh();
    clock.forward(dayMs);
    const { table: by, commands } = counted();
    const quiet = quietCertificates();
    const lines = Array.from({ length: 100 }, (_, second) => lineOf(certificate, { atMs: second * 1_000 }));
    for (let batch = 0; batch < 10; batch += 1) await deliver(lines, by, quiet);
    expect(commands).toEqual(["BatchGetCommand", "UpdateCommand"]);
  });

  test("is read and not written while its day lasts, and one that nobody knows is only read", async () => {
    const certificate = await aFresh();
    await see(certificate, { atMs: 0 });
    const { table: by, commands } = counted();
    const unknown = lineOf({ ...certificate, serial: aSerial("0badc0de") }, { atMs: 0 });
    const result = await deliver([lineOf(certificate, { atMs: 0 }), unknown, "junk"], by);
    expect(commands).toEqual(["BatchGetCommand"]);
    expect(result).toMatchObject({ lines: 3, malformed: 1, certificates: 2, asked: 2, unknown: 1, seen: 0 });
  });

  test("is not seen when it was only refused", async () => {
    const certificate = await aFresh();
    expect(await see(certificate, { atMs: 0, refused: true })).toMatchObject({ seen: 0 });
    expect((await current(certificate)).lastSeenAt).toBeUndefined();
  });
});

describe("a successor that is seen", () => {
  test("supersedes what it renewed, which is due at the end of its overlap, audited and told", async () => {
    const { predecessor, successor } = await pair();
    clock.forward(5 * minuteMs);
    expect(await see(successor, { atMs: 2 * minuteMs }, { atMs: minuteMs })).toMatchObject({ superseded: 1 });
    const supersededAt = fromNoon(5 * minuteMs);
    const retiresAt = new Date(supersededAt.getTime() + 7 * dayMs);
    expect(await current(predecessor)).toMatchObject({ state: "superseded", supersededAt, version: 2 });
    const [row] = await rowsOf(table, `CERTIFICATE#${predecessor.id}`);
    expect(row?.["dueSk"]).toBe(`${retiresAt.toISOString()}#${predecessor.id}`);
    expect((await current(successor)).lastSeenAt).toEqual(fromNoon(2 * minuteMs));
    expect(await actionsOf(predecessor)).toEqual(["certificate.superseded"]);
    expect(await eventsOf(predecessor)).toMatchObject([
      {
        type: "Certificate Superseded",
        detail: {
          successor: successor.id,
          successorSeenAt: "2026-03-01T12:01:00Z",
          supersededAt: "2026-03-01T12:05:00Z",
          retiresAt: "2026-03-08T12:05:00Z",
        },
      },
    ]);
  });

  test("by two workers at once, fifty times, supersedes once", async () => {
    for (let round = 0; round < 50; round += 1) {
      const { predecessor, successor } = await pair();
      const results = await Promise.allSettled([see(successor, { atMs: 0 }), see(successor, { atMs: 0 })]);
      const superseded = results.map(result => (result.status === "fulfilled" ? result.value.superseded : 0));
      // Both may meet in the middle of each other's transaction: then Lambda delivers again.
      if (!superseded.includes(1)) await see(successor, { atMs: 0 });
      expect(await actionsOf(predecessor)).toEqual(["certificate.superseded"]);
    }
  });

  test("late, again or out of order changes nothing more", async () => {
    const { predecessor, successor } = await pair();
    const both = [lineOf(successor, { atMs: 0 }), lineOf(predecessor, { atMs: -minuteMs })];
    await deliver(both);
    await deliver([...both].reverse());
    clock.forward(2 * dayMs);
    await deliver([lineOf(successor, { atMs: 2 * dayMs })]);
    expect(await actionsOf(predecessor)).toEqual(["certificate.superseded"]);
    expect(await eventsOf(predecessor)).toHaveLength(1);
  });

  test.each(["held", "revoked", "expired"] as const)("leaves one that is %s alone", async state => {
    const { predecessor, successor } = await pair(state);
    expect(await see(successor, { atMs: 0 })).toMatchObject({ seen: 1, superseded: 0 });
    expect(await current(predecessor)).toMatchObject({ state });
  });

  test.each(["held", "revoked"] as const)("and is %s by then supersedes nothing", async state => {
    const { predecessor, successor } = await pair("active", state);
    expect(await see(successor, { atMs: 0 })).toMatchObject({ seen: 1, superseded: 0 });
    expect(await current(predecessor)).toMatchObject({ state: "active" });
  });

  test("supersedes one that was held and is resumed, when it is seen on another day", async () => {
    const { predecessor, successor } = await pair("active");
    await dynamoSeenRegistry(table).recordHold(predecessor, auditOf(predecessor.id, "certificate.held"));
    await see(successor, { atMs: 0 });
    const resumed = auditOf(predecessor.id, "certificate.resumed");
    await dynamoHoldRegistry(table).recordResume(predecessor, resumed);
    clock.forward(2 * dayMs);
    expect(await see(successor, { atMs: 2 * dayMs })).toMatchObject({ superseded: 1 });
  });

  test("proves the generations before it, which the log has lost", async () => {
    const [first, second, third] = await aLineage(["active", "active", "active"]);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error("three are three");
    expect(await see(third, { atMs: 0 })).toMatchObject({ superseded: 2 });
    expect([(await current(first)).state, (await current(second)).state]).toEqual([
      "superseded",
      "superseded",
    ]);
  });

  test("and was replaced by another renewal proves nothing", async () => {
    const [old, replaced] = await aLineage(["active", "superseded", "active"]);
    if (old === undefined || replaced === undefined) throw new Error("three are three");
    await renewedByAnother(old);
    expect(await see(replaced, { atMs: 0 })).toMatchObject({ seen: 1, superseded: 0 });
    expect(await current(old)).toMatchObject({ state: "active" });
  });

  test("loses to a renewal that replaces it in the same moment", async () => {
    const { predecessor, successor } = await pair();
    await renewedByAnother(predecessor);
    // As a worker has it that read both before.
    const proof = { certificate: successor, at: noon, since: noon };
    const superseded = {
      certificate: predecessor,
      supersededAt: noon,
      retiresAt: noon,
      audit: auditOf(predecessor.id, "certificate.revoked"),
      event: { detailType: "Certificate Superseded", detail: {} },
    } as const;
    expect(await dynamoSeenRegistry(table).recordSuperseded(proof, [superseded])).toBe(false);
    expect((await current(successor)).lastSeenAt).toBeUndefined();
  });
});

/** What a renewal writes that replaces an unused successor. */
async function renewedByAnother({ id }: Certificate): Promise<void> {
  await table.documents.send(
    new UpdateCommand({
      TableName: table.tableName,
      Key: { pk: `CERTIFICATE#${id}`, sk: "CERTIFICATE" },
      UpdateExpression: "SET renewedBy = :other",
      ExpressionAttributeValues: { ":other": "m1-0ther" },
    }),
  );
}

describe("a superseded certificate that comes back", () => {
  async function superseded() {
    const lineage = await pair();
    await see(lineage.successor, { atMs: 0 });
    clock.forward(3 * dayMs);
    return lineage;
  }

  test("within its allowance is nobody's concern, and after it is told once", async () => {
    const { predecessor, successor } = await superseded();
    expect(await see(predecessor, { atMs: dayMs })).toMatchObject({ returned: 0 });
    expect(await see(predecessor, { atMs: dayMs + 1 })).toMatchObject({ returned: 1 });
    expect(await see(predecessor, { atMs: 2 * dayMs })).toMatchObject({ returned: 0 });
    expect(await current(predecessor)).toMatchObject({
      state: "superseded",
      returnedAt: fromNoon(dayMs + 1),
    });
    expect(await current(successor)).toMatchObject({ state: "active" });
    const [, returned, ...more] = await eventsOf(predecessor);
    expect([returned, more]).toMatchObject([
      {
        type: "Superseded Certificate Returned",
        detail: { answer: "admitted", held: [], returnedAt: "2026-03-02T12:00:00Z" },
      },
      [],
    ]);
  });

  test("is told after its retirement too, when the edge has refused it", async () => {
    const { predecessor } = await superseded();
    clock.forward(5 * dayMs);
    const run = { actor: "job:sweep-due", requestId: "sweep", now: clock.now() };
    await retire(dynamoSeenRegistry(table), await current(predecessor), run);
    expect(await see(predecessor, { atMs: 8 * dayMs, refused: true })).toMatchObject({
      seen: 0,
      returned: 1,
    });
    const [event] = (await eventsOf(predecessor)).filter(({ type }) => type.startsWith("Superseded"));
    expect(event?.detail).toMatchObject({ answer: "refused", held: [] });
  });

  test("by the rule `hold` ends with its overlap, and its successors are held", async () => {
    onReturn = "hold";
    const { predecessor, successor } = await superseded();
    expect(await see(predecessor, { atMs: 2 * dayMs })).toMatchObject({ returned: 1 });
    expect(await current(predecessor)).toMatchObject({
      state: "revoked",
      revocation: { reason: "superseded" },
    });
    expect(await current(successor)).toMatchObject({ state: "held" });
    expect(await actionsOf(successor)).toEqual(["certificate.held"]);
    const [event] = (await eventsOf(predecessor)).filter(({ type }) => type.startsWith("Superseded"));
    expect(event?.detail).toMatchObject({ held: [successor.id] });
  });

  test("holds once: what a person has resumed stays resumed", async () => {
    onReturn = "hold";
    const { predecessor, successor } = await superseded();
    await see(predecessor, { atMs: 2 * dayMs });
    await dynamoHoldRegistry(table).recordResume(successor, auditOf(successor.id, "certificate.resumed"));
    expect(await see(predecessor, { atMs: 3 * dayMs, refused: true })).toMatchObject({ returned: 0 });
    expect(await current(successor)).toMatchObject({ state: "active" });
  });

  test.each([1, 2, 3])("by a worker that dies at its write %i, before or after, ends the same", async nth => {
    onReturn = "hold";
    for (const when of ["before", "after"] as const) {
      clock = handClock();
      const { predecessor, successor } = await superseded();
      await see(predecessor, { atMs: dayMs });
      // The sighting is on record already, so the writes are those of the return.
      const line = lineOf(predecessor, { atMs: 2 * dayMs });
      const dying = dyingTable(table, nth, when);
      await expect(deliver([line], dying.table)).rejects.toThrow(Killed);
      await deliver([line]);
      expect(await current(predecessor)).toMatchObject({ state: "revoked", returnedAt: fromNoon(2 * dayMs) });
      expect(await current(successor)).toMatchObject({ state: "held" });
      const told = (await eventsOf(predecessor)).filter(({ type }) => type.startsWith("Superseded"));
      expect(told).toHaveLength(1);
      expect(told[0]?.detail).toMatchObject({ held: [successor.id] });
    }
  });
});

test("one certificate that fails does not keep the others from being recorded, and the batch comes again", async () => {
  const one = await aFresh();
  const other = await aFresh();
  const lines = [one, other].map(certificate => lineOf(certificate, { atMs: 0 }));
  const failing = dynamoSeenRegistry(table);
  const source = profileSource(async () => undefined, { keepMs: 0, now: clock.now });
  const deps = {
    profiles: source,
    quiet: quietCertificates(),
    now: clock.now,
    registry: {
      ...failing,
      recordSeen: async (seen: Parameters<typeof failing.recordSeen>[0]) => {
        if (seen.certificate.id === one.id) throw new Error("not now");
        return failing.recordSeen(seen);
      },
    },
  };
  await expect(recordSeen(deps, lines, { requestId: "r" })).rejects.toThrow("not now");
  expect((await current(other)).lastSeenAt).toEqual(noon);
  await recordSeen({ ...deps, registry: failing }, lines, { requestId: "r" });
  expect((await current(one)).lastSeenAt).toEqual(noon);
});
