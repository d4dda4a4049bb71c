// What a roll-over decides by is read as it was written, and of two writers one comes too late: real DynamoDB decides.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findLiveCertificate, sampleCertificates } from "#aws/registry/authority-certificates.ts";
import { listAuthorities } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoRollOverRegistry } from "#aws/registry/roll-over-registry.ts";
import { addSeen } from "#aws/registry/seen-tally.ts";
import { dynamoTrustStoreRegistry } from "#aws/registry/trust-store-registry.ts";
import type { AuditRecord } from "#core/audit.ts";
import { type AuthorityState, issuingAuthority, type ManagedAuthority } from "#core/authority/authority.ts";
import { planBlock } from "#core/authority/block.ts";
import { certificateStates } from "#core/certificate/certificate.ts";
import { authorityStateChanged } from "#core/event/authority-state-changed.ts";
import { noTrustStoreState, type TrustStoreState } from "#core/trust-store/state.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate, anAuthority, aSerial, aSlot } from "#support/records.ts";
import {
  putAuthority,
  putCertificate,
  putEnrolment,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";

const pageSize = 4096;
let registry: TestRegistry;
let table: RegistryTable;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());
beforeEach(async () => {
  table = await registry.table();
});

let requests = 0;
function auditFor(action: AuditRecord["action"]): AuditRecord {
  requests += 1;
  return { subject: "m1", action, actor: "operator:ada", requestId: `r-${requests}`, at: noon, facts: {} };
}

async function authority(id = "m1"): Promise<ManagedAuthority> {
  const found = (await listAuthorities(table)).find(one => one.id === id);
  if (found?.kind !== "managed") throw new Error(`${id} is there`);
  return found;
}

function change(from: ManagedAuthority, to: AuthorityState, at = noon): Promise<boolean> {
  const event = authorityStateChanged(from, { from: from.state, to, actor: "operator:ada", at });
  return dynamoRollOverRegistry(table).recordState(from, to, at, auditFor("authority.state_changed"), event);
}

describe("a state", () => {
  it("changes once for those who saw the same, with audit record and event", async () => {
    const seen = await putAuthority(table, { state: "prepared" });
    expect(await change(seen, "active", fromNoon(1))).toBe(true);
    expect(await change(seen, "retired")).toBe(false);
    expect(await authority()).toMatchObject({
      state: "active",
      activatedAt: fromNoon(1),
      stateChangedAt: fromNoon(1),
      version: 2,
    });
    const shards = await Promise.all(
      Array.from({ length: 16 }, (_, shard) => rowsOf(table, `OUTBOX#${shard.toString(16)}`)),
    );
    expect(shards.flat()).toMatchObject([{ detailType: "Authority State Changed" }]);
    expect(await rowsOf(table, "AUDIT#m1")).toHaveLength(2);
  });

  it("that went and came back is not the one that was seen", async () => {
    const first = await putAuthority(table);
    await change(first, "draining", fromNoon(1));
    await change(await authority(), "active", fromNoon(2));
    expect(await change(first, "draining", fromNoon(3))).toBe(false);
  });

  it("decides who issues: whoever became active last", async () => {
    await putAuthority(table, { id: "m1" });
    await putAuthority(table, { id: "m2", state: "prepared" });
    expect(issuingAuthority(await listAuthorities(table))?.id).toBe("m1");
    await change(await authority("m2"), "active", fromNoon(1));
    expect(issuingAuthority(await listAuthorities(table))?.id).toBe("m2");
    await change(await authority("m2"), "prepared", fromNoon(2));
    expect(issuingAuthority(await listAuthorities(table))?.id).toBe("m1");
  });
});

describe("a rehearsal", () => {
  const proof = { certificateId: "m1-0a", at: fromNoon(5) };

  it("is remembered of one that is prepared, until it goes back to that state", async () => {
    const prepared = await putAuthority(table, { state: "prepared" });
    const { recordRehearsal } = dynamoRollOverRegistry(table);
    expect(await recordRehearsal(prepared, proof, auditFor("authority.rehearsed"))).toBe(true);
    expect((await authority()).rehearsal).toEqual(proof);
    await change(await authority(), "active");
    expect(await recordRehearsal(prepared, proof, auditFor("authority.rehearsed"))).toBe(false);
    await change(await authority(), "prepared");
    expect((await authority()).rehearsal).toBeUndefined();
  });

  it("has a slot of its own, cut while the authority is prepared and never after", async () => {
    const prepared = await putAuthority(table, { state: "prepared" });
    const { cutRehearsalBlock, cutBlock } = dynamoBlockRegistry(table);
    const block = planBlock(prepared, { kind: "online" }, 1, noon);
    expect(await cutBlock(prepared, block)).toBe(false);
    expect(await cutRehearsalBlock(prepared, block)).toBe(true);
    expect(await cutRehearsalBlock(prepared, block)).toBe(false);
    expect((await authority()).nextSlot).toBe(1);
    await change(await authority(), "active");
    const active = await authority();
    expect(await cutRehearsalBlock(active, planBlock(active, { kind: "online" }, 1, noon))).toBe(false);
  });
});

describe("a certificate in force", () => {
  const now = fromNoon(dayMs);
  const slots = (nextSlot: number) => anAuthority({ nextSlot });

  it.each(certificateStates)("is found unless it is revoked or expired: %s", async state => {
    const { id } = await putCertificate(table, 7, { state, notAfter: fromNoon(2 * dayMs) });
    const isInForce = state !== "revoked" && state !== "expired";
    expect(await findLiveCertificate(table, slots(8), now)).toBe(isInForce ? id : undefined);
  });

  it("is not one whose last moment has come", async () => {
    const { id } = await putCertificate(table, 7, { notAfter: fromNoon(dayMs + 1_000) });
    expect(await findLiveCertificate(table, slots(8), fromNoon(dayMs + 999))).toBe(id);
    expect(await findLiveCertificate(table, slots(8), fromNoon(dayMs + 1_000))).toBeUndefined();
  });

  it("is found in any page, the newest first; the oldest and the newest are the samples", async () => {
    const notAfter = fromNoon(2 * dayMs);
    const first = await putCertificate(table, 3, { notAfter });
    const middle = await putCertificate(table, 5 * pageSize, { notAfter });
    const last = await putCertificate(table, 12 * pageSize + 9, { notAfter, certificatePem: "(the newest)" });
    const whole = slots(12 * pageSize + 10);
    expect(await findLiveCertificate(table, whole, now)).toBe(last.id);
    expect(await findLiveCertificate(table, slots(12 * pageSize), now)).toBe(middle.id);
    expect(await sampleCertificates(table, whole, now)).toEqual(
      expect.arrayContaining([first.certificatePem, "(the newest)"]),
    );
    const aged = anAuthority({ nextSlot: 5 * pageSize, firstLiveSlot: pageSize });
    expect(await findLiveCertificate(table, aged, now)).toBeUndefined();
    expect(await findLiveCertificate(table, slots(0), now)).toBeUndefined();
    expect(await sampleCertificates(table, slots(0), now)).toEqual([]);
  });

  it("may still come of an open enrolment of the authority, and of no other's", async () => {
    const open = `enr_${"0a".repeat(16)}`;
    const pending = aCertificate({ slot: aSlot(1), serial: aSerial("0b"), enrolmentId: open });
    const { findOpenEnrolment } = dynamoRollOverRegistry(table);
    expect(await findOpenEnrolment("m1")).toBeUndefined();
    await putEnrolment(table, pending);
    expect(await findOpenEnrolment("m1")).toBe(open);
    expect(await findOpenEnrolment("m2")).toBeUndefined();
  });
});

describe("the trust store's row", () => {
  const bundle = { sha256: "c5".repeat(32), certificates: 2, authorityIds: ["m1", "m2"], ocsp: false };
  const states: readonly (readonly [string, Omit<TrustStoreState, "version">])[] = [
    ["an update that is about to be sent", { writing: bundle, distributions: [] }],
    [
      "one that was sent",
      { written: { ...bundle, etag: "E1", at: noon, isSettled: false }, distributions: [] },
    ],
    [
      "one in force, and a later one that was refused",
      {
        written: { ...bundle, etag: "E2", at: noon, isSettled: true },
        live: { ...bundle, authorityIds: ["m1"], since: noon },
        fault: { reason: "too large", at: fromNoon(1) },
        distributions: ["ECONTENT000000"],
      },
    ],
  ];

  it.each(states)("holds %s", async (_, state) => {
    const store = dynamoTrustStoreRegistry(table);
    const saved = await store.save({ ...state, version: 0 }, [auditFor("trust_bundle.written")]);
    expect(saved).toEqual({ ...state, version: 1 });
    expect(await store.read()).toEqual(saved);
    expect(await rowsOf(table, "AUDIT#m1")).toHaveLength(1);
  });

  it("is not overwritten by who has not seen the last write, and nothing of theirs is kept", async () => {
    const store = dynamoTrustStoreRegistry(table);
    expect(await store.read()).toBeUndefined();
    const first = await store.save(noTrustStoreState, []);
    expect(await store.save(noTrustStoreState, [auditFor("trust_bundle.live")])).toBeUndefined();
    await store.save(first ?? noTrustStoreState, []);
    expect(await store.save(first ?? noTrustStoreState, [])).toBeUndefined();
    expect((await store.read())?.version).toBe(2);
    expect(await rowsOf(table, "AUDIT#m1")).toEqual([]);
  });
});

describe("the day's count", () => {
  it("adds up by authority, over the days that are asked for", async () => {
    await putAuthority(table);
    await putAuthority(table, { id: "m2" });
    await addSeen(
      table,
      noon,
      new Map([
        ["m1", 3],
        ["m2", 1],
      ]),
    );
    await addSeen(table, noon, new Map([["m1", 2]]));
    await addSeen(table, fromNoon(dayMs), new Map([["m2", 4]]));
    const day = (ms: number): string => fromNoon(ms).toISOString().slice(0, 10);
    const { readSeen } = dynamoRollOverRegistry(table);
    expect(await readSeen([day(0)])).toEqual(
      new Map([
        ["m1", 5],
        ["m2", 1],
      ]),
    );
    expect(await readSeen([day(0), day(dayMs)])).toEqual(
      new Map([
        ["m1", 5],
        ["m2", 5],
      ]),
    );
  });
});
