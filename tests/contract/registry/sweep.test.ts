// The sweep on DynamoDB's own engine: it does what is due once and for all, whatever died, was missed or ran twice, and
// costs nothing where nothing is due.
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoHoldRegistry } from "#aws/registry/hold-registry.ts";
import { readCertificate } from "#aws/registry/read-certificate.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { dynamoSweepRegistry } from "#aws/registry/sweep-registry.ts";
import { keys } from "#aws/registry/table.ts";
import { dynamoWindowMoveRegistry } from "#aws/registry/window-move-registry.ts";
import type { Certificate, CertificateId } from "#core/certificate/certificate.ts";
import { profiles } from "#core/profile/profile.ts";
import { moveCertificateWindow } from "#core/renewal/move-window.ts";
import { type SweepResult, sweepDue } from "#core/rotation/sweep.ts";
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

const hourMs = 3_600_000;
/** Of ten days: their windows open on the seventh, and the last day alone is a threshold after that. */
const tenDays = { notAfter: fromNoon(10 * dayMs) };
const seventhDay = fromNoon(7 * dayMs);
let registry: TestRegistry;
let table: RegistryTable;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

async function aWorld(certificates: number, parts: Partial<Certificate> = {}, slotsApart = 1) {
  table = await registry.table();
  await putAuthority(table);
  const all: Certificate[] = [];
  for (let number = 0; number < certificates; number += 1) {
    all.push(await putCertificate(table, number * slotsApart, parts));
  }
  return all;
}

/** Sixteen slots apart, the ids that tests make up share a bucket, and so a batch and a transaction. */
const aFullBucket = (certificates: number) => aWorld(certificates, tenDays, 16);

type Options = {
  readonly on?: RegistryTable;
  readonly mayGoOn?: () => boolean;
  readonly expiringDays?: readonly number[];
};
let runs = 0;
async function sweepAt(
  now: Date,
  { on = table, mayGoOn = () => true, expiringDays = profiles.device.renewal.expiringDays }: Options = {},
) {
  runs += 1;
  const errors: unknown[] = [];
  const deps = {
    registry: dynamoSweepRegistry(on, dynamoRevocationRegistry(on)),
    profiles: {
      find: async () => ({ ...profiles.device, renewal: { ...profiles.device.renewal, expiringDays } }),
    },
    now: () => now,
    onError: (_: string, error: unknown) => void errors.push(error),
  };
  const result = await sweepDue(deps, { requestId: `run-${runs}`, mayGoOn });
  return { result, errors };
}

const didNothing = {
  renewalsDue: 0,
  expiring: 0,
  expired: 0,
  retired: 0,
  resumed: 0,
  moved: 0,
  contended: 0,
  failed: 0,
};
const what = ({ isComplete: _, from: __, ...counts }: SweepResult) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

/** What was put into the outbox since its rows began, by certificate and type. */
async function events(): Promise<readonly string[]> {
  const shards = await Promise.all(
    Array.from({ length: 16 }, (_, shard) => rowsOf(table, keys.outbox(shard, "").pk)),
  );
  return shards
    .flat()
    .map(({ detailType, detail }) => ({ detailType, ...JSON.parse(String(detail)) }))
    .filter(({ detailType }) => detailType !== "Certificate Issued")
    .map(({ detailType, holder, expiresWithinDays }) =>
      [holder, detailType, expiresWithinDays].filter(part => part !== undefined).join(" "),
    )
    .sort();
}

const actionsOf = async (id: string) => (await rowsOf(table, `AUDIT#${id}`)).map(({ action }) => action);
const dueOf = async (id: string) => (await rowsOf(table, `CERTIFICATE#${id}`))[0]?.["dueSk"];

/** Every request that goes to DynamoDB. */
function counting(on: RegistryTable): { readonly table: RegistryTable; readonly requests: () => number } {
  let requests = 0;
  const send = (command: Parameters<typeof on.documents.send>[0]) => {
    requests += 1;
    return on.documents.send(command);
  };
  // Adapters call `send` and nothing else; its overloads cannot be written by hand.
  const documents = { send } as unknown as RegistryTable["documents"];
  return { table: { ...on, documents }, requests: () => requests };
}

describe("the life of a certificate that nobody renews", () => {
  test("is announced once for its window and once for each threshold after it, and ends expired", async () => {
    const [certificate] = await aWorld(1, { notAfter: fromNoon(20 * dayMs) });
    if (certificate === undefined) throw new Error("there is one");
    const { id, notAfter } = certificate;
    const expiringDays = [10, 5, 3, 1];
    for (let day = 0; day <= 22; day += 1) await sweepAt(fromNoon(day * dayMs), { expiringDays });
    expect(await events()).toEqual([
      "device-0 Certificate Expiring 1",
      "device-0 Certificate Expiring 3",
      "device-0 Certificate Expiring 5",
      "device-0 Certificate Renewal Due",
    ]);
    expect((await actionsOf(id)).slice(1)).toEqual([
      "certificate.renewal_due",
      "certificate.expiring",
      "certificate.expiring",
      "certificate.expiring",
      "certificate.expired",
    ]);
    expect(await readCertificate(table, id)).toMatchObject({ state: "expired", notAfter });
    expect(await dueOf(id)).toBeUndefined();
  });
});

describe("what was missed", () => {
  test("for 43 days is made up for at once, with one event where there would have been several", async () => {
    const all = await aWorld(3, { notAfter: fromNoon(50 * dayMs) });
    await sweepAt(fromNoon(dayMs));
    const late = await sweepAt(fromNoon(44 * dayMs));
    expect(what(late.result)).toEqual({ renewalsDue: 3, expiring: 3 });
    expect(await events()).toEqual(
      all.flatMap(({ holder }) => [`${holder} Certificate Expiring 7`, `${holder} Certificate Renewal Due`]),
    );
    expect(what((await sweepAt(fromNoon(44 * dayMs + 1))).result)).toEqual({});
  });

  test("since the first certificate, because nobody has swept yet, is found", async () => {
    await aWorld(2, tenDays);
    expect(what((await sweepAt(fromNoon(20 * dayMs))).result)).toEqual({ expired: 2 });
  });
});

describe("two sweeps at once", () => {
  test("announce each certificate once", async () => {
    const all = await aWorld(120, tenDays);
    const results = await Promise.all([sweepAt(seventhDay), sweepAt(seventhDay)]);
    await sweepAt(seventhDay);
    expect(results.map(({ errors }) => errors)).toEqual([[], []]);
    expect(await events()).toEqual(all.map(({ holder }) => `${holder} Certificate Renewal Due`).sort());
  });
});

describe("a sweep that dies", () => {
  const kinds = ["announced", "expired", "retired"] as const;

  async function mixedWorld() {
    await aWorld(0);
    return {
      announced: await putCertificate(table, 1, tenDays),
      expired: await putCertificate(table, 2, { notAfter: fromNoon(5 * dayMs) }),
      retired: await putCertificate(table, 3, {
        notAfter: fromNoon(9 * dayMs),
        state: "superseded",
        supersededAt: fromNoon(-dayMs),
        renewalEnrolmentId: "enr_later",
      }),
    };
  }

  const settled = async (world: Awaited<ReturnType<typeof mixedWorld>>) => ({
    states: await Promise.all(kinds.map(async kind => (await readCertificate(table, world[kind].id))?.state)),
    events: await events(),
    audits: (await Promise.all(kinds.map(kind => actionsOf(world[kind].id)))).map(actions =>
      actions.slice(1),
    ),
  });

  test("before or after any of its writes is carried on by the next, and everything happens once", async () => {
    const whole = await mixedWorld();
    await sweepAt(seventhDay);
    const expected = await settled(whole);
    expect(expected.states).toEqual(["active", "expired", "revoked"]);
    for (const when of ["before", "after"] as const) {
      for (let nth = 1, isAlive = false; !isAlive; nth += 1) {
        const world = await mixedWorld();
        const dying = dyingTable(table, nth, when);
        const run = await sweepAt(seventhDay, { on: dying.table }).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        isAlive = !dying.died();
        if (isAlive) expect(run?.errors).toEqual([]);
        await sweepAt(seventhDay);
        expect(await settled(world)).toEqual(expected);
      }
    }
  });

  test("for want of time goes on where it stopped", async () => {
    await aWorld(60, tenDays);
    // Seven empty days ask once for each of their buckets; the eighth asks twice where something is due.
    let asked = 0;
    const mayGoOn = (): boolean => {
      asked += 1;
      return asked <= 7 * 16 + 20;
    };
    const first = await sweepAt(seventhDay, { mayGoOn });
    expect(first.result.isComplete).toBe(false);
    expect(first.result.renewalsDue).toBeGreaterThan(0);
    const second = await sweepAt(seventhDay);
    expect(second.result.isComplete).toBe(true);
    expect(second.result.renewalsDue).toBeGreaterThan(0);
    expect(first.result.renewalsDue + second.result.renewalsDue).toBe(60);
  });
});

describe("where nothing is due", () => {
  test("a sweep makes the same 17 requests however many certificates there are, and writes nothing", async () => {
    const at = (ms: number) => fromNoon(10 * dayMs + ms);
    const requests: number[] = [];
    for (const certificates of [0, 40]) {
      await aWorld(certificates);
      await sweepAt(at(0));
      const counted = counting(table);
      const { result } = await sweepAt(at(hourMs), { on: counted.table });
      expect(result).toEqual({ ...didNothing, isComplete: true, from: "2026-03-11" });
      requests.push(counted.requests());
    }
    expect(requests).toEqual([17, 17]);
  });

  test("a day is left behind one hour after its end, and not before", async () => {
    await aWorld(1);
    const midnight = new Date("2026-03-05T00:00:00.000Z");
    await sweepAt(new Date(midnight.getTime() - 1));
    expect((await sweepAt(new Date(midnight.getTime() + hourMs - 1))).result.from).toBe("2026-03-04");
    expect((await sweepAt(new Date(midnight.getTime() + hourMs))).result.from).toBe("2026-03-05");
  });

  test("without an authority there is nothing to look for", async () => {
    table = await registry.table();
    expect((await sweepAt(noon)).result).toEqual({ ...didNothing, isComplete: true, from: undefined });
  });
});

describe("what stands in the way of one certificate", () => {
  test("does not keep the others from being dealt with, and keeps its day from being left behind", async () => {
    const [broken] = await aFullBucket(5);
    await table.documents.send(
      new TransactWriteCommand({
        TransactItems: [
          {
            Update: {
              TableName: table.tableName,
              Key: keys.certificate(broken?.id ?? ""),
              UpdateExpression: "SET notAfter = :nonsense",
              ExpressionAttributeValues: { ":nonsense": "some day" },
            },
          },
        ],
      }),
    );
    // On the day after the one that it fell due.
    const { result, errors } = await sweepAt(fromNoon(8 * dayMs));
    expect(what(result)).toEqual({ renewalsDue: 4, failed: 1 });
    expect(errors).toHaveLength(1);
    expect(result.from).toBe("2026-03-08");
    expect(String(await dueOf(broken?.id ?? ""))).toMatch(/^2026-03-08/);
  });

  test("a change that comes between reading and writing: the others are written, it waits for the next sweep", async () => {
    const [first] = await aFullBucket(5);
    const racing = {
      ...table,
      documents: {
        send: async (command: Parameters<typeof table.documents.send>[0]) => {
          if (command instanceof TransactWriteCommand && !raced) {
            raced = true;
            await moveOn(first?.id);
          }
          return table.documents.send(command);
        },
      } as unknown as RegistryTable["documents"], // As in `counting`.
    };
    let raced = false;
    const { result } = await sweepAt(seventhDay, { on: racing });
    expect(what(result)).toEqual({ renewalsDue: 4, contended: 1 });
    expect(what((await sweepAt(seventhDay)).result)).toEqual({ renewalsDue: 1 });
  });

  async function moveOn(id: CertificateId | undefined): Promise<void> {
    await table.documents.send(
      new TransactWriteCommand({
        TransactItems: [
          {
            Update: {
              TableName: table.tableName,
              Key: keys.certificate(id ?? ""),
              UpdateExpression: "SET version = version + :one",
              ExpressionAttributeValues: { ":one": 1 },
            },
          },
        ],
      }),
    );
  }
});

describe("the end of an overlap", () => {
  test("revokes the old certificate with the reason superseded: at the edge, and for the CA", async () => {
    await aWorld(0);
    const { id, slot } = await putCertificate(table, 7, {
      ...tenDays,
      state: "superseded",
      supersededAt: noon,
      renewalEnrolmentId: "enr_later",
      renewedBy: "m1-0b" as CertificateId, // Ids are made of serials, which a test names more plainly.
    });
    const overlapEnd = seventhDay;
    expect(what((await sweepAt(new Date(overlapEnd.getTime() - 1))).result)).toEqual({ moved: 1 });
    expect(await dueOf(id)).toBe(`${overlapEnd.toISOString()}#${id}`);
    expect(what((await sweepAt(overlapEnd)).result)).toEqual({ retired: 1 });
    expect(await readCertificate(table, id)).toMatchObject({
      state: "revoked",
      revocation: { reason: "superseded", actor: "job:sweep-due" },
    });
    expect(await rowsOf(table, `PAGE#m1.0`)).toMatchObject([{ sk: `DENIED#00${slot}`, state: "revoked" }]);
    expect(await events()).toEqual(["device-7 Certificate Revoked"]);
    expect(String((await rowsOf(table, `CERTIFICATE#${id}`))[0]?.["duePk"])).toMatch(/^CA-REVOCATION#/);
  });
});

describe("what moves a certificate's due time", () => {
  test("a move of a window that was open already and told of is looked at by the next sweep, and not told again", async () => {
    const [certificate] = await aWorld(1, tenDays);
    if (certificate === undefined) throw new Error("there is one");
    await sweepAt(seventhDay);
    const now = fromNoon(8.5 * dayMs);
    await sweepAt(now);
    const deps = { registry: dynamoWindowMoveRegistry(table), now: () => now };
    const caller = { kind: "operator", subject: "ada", scopes: ["certificates:write"] } as const;
    const asked = { caller, requestId: "move", start: "now", reason: "incident 7" } as const;
    await moveCertificateWindow(deps, { ...asked, certificateId: certificate.id });
    expect(what((await sweepAt(now)).result)).toEqual({ moved: 1 });
    expect(await events()).toEqual(["device-0 Certificate Renewal Due"]);
  });

  test("a window that is brought forward to now is announced by the next sweep", async () => {
    const [certificate] = await aWorld(1);
    if (certificate === undefined) throw new Error("there is one");
    const now = fromNoon(2 * dayMs);
    await sweepAt(now);
    const deps = { registry: dynamoWindowMoveRegistry(table), now: () => now };
    const caller = { kind: "operator", subject: "ada", scopes: ["certificates:write"] } as const;
    const asked = { caller, requestId: "move", start: "now", reason: "incident 7" } as const;
    await moveCertificateWindow(deps, { ...asked, certificateId: certificate.id });
    expect(what((await sweepAt(now)).result)).toEqual({ renewalsDue: 1 });
  });

  test("a certificate that is held over its window's start is announced when it is resumed", async () => {
    const [certificate] = await aWorld(1, tenDays);
    if (certificate === undefined) throw new Error("there is one");
    const holds = dynamoHoldRegistry(table);
    await holds.recordHold(certificate, auditOf(certificate.id, "certificate.held", "hold"));
    expect(what((await sweepAt(seventhDay)).result)).toEqual({ moved: 1 });
    const resumedAt = fromNoon(8 * dayMs);
    const audit = { ...auditOf(certificate.id, "certificate.resumed", "resume"), at: resumedAt };
    await holds.recordResume({ ...certificate, state: "held" }, audit);
    expect(what((await sweepAt(resumedAt)).result)).toEqual({ renewalsDue: 1 });
  });
});
