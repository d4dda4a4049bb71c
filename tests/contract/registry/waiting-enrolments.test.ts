// Enrolments that wait for their turn, on DynamoDB: where they are listed, how they begin and move, and that a used-up
// authority is marked once.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import { listOpenEnrolments, type OpenKind } from "#aws/registry/open-enrolments.ts";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { RecordedEnrolment } from "#core/enrolment/ports.ts";
import { fromNoon, minuteMs, noon } from "#support/fixed-time.ts";
import { anAuthority, anEnrolment, aSlot } from "#support/records.ts";
import { auditOf, rowsOf, startTestRegistry, type TestRegistry } from "#support/registry-table.ts";

let registry: TestRegistry;
let table: RegistryTable;
beforeAll(async () => {
  registry = await startTestRegistry();
});
beforeEach(async () => {
  table = await registry.table();
});
afterAll(() => registry?.stop());

/** `at` makes its id, key and time its own. */
async function recorded(at: number, attempt = 0): Promise<RecordedEnrolment> {
  const digest = at.toString(16).padStart(32, "0");
  const enrolment = anEnrolment({
    id: `enr_${digest}` as EnrolmentId, // Ids are digests, which a test makes up.
    spkiSha256: `${digest}${digest}`,
    createdAt: fromNoon(at),
    attempt,
  });
  const audit = auditOf(enrolment.id, "enrolment.accepted");
  const intent = await dynamoEnrolmentRegistry(table).recordIntent(enrolment, audit);
  if (intent.kind !== "recorded") throw new Error(`the intent was not recorded: ${intent.kind}`);
  return intent.enrolment;
}

async function listed(kind: OpenKind, before?: Date): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const page of listOpenEnrolments(table, kind, before)) ids.push(...page.map(({ id }) => id));
  return ids;
}

describe("an enrolment that waits", () => {
  it("is listed as queued until its attempt begins, as open until it ends", async () => {
    const enrolment = await recorded(1);
    expect([await listed("QUEUED"), await listed("OPEN")]).toEqual([[enrolment.id], []]);
    const enrolments = dynamoEnrolmentRegistry(table);
    const begun = await enrolments.recordNewAttempt(enrolment, fromNoon(minuteMs));
    expect(begun).toMatchObject({
      isMine: true,
      enrolment: { attempt: 1, attemptStartedAt: fromNoon(minuteMs) },
    });
    expect([await listed("QUEUED"), await listed("OPEN")]).toEqual([[], [enrolment.id]]);
    await enrolments.recordFruitless(begun.enrolment);
    expect([await listed("QUEUED"), await listed("OPEN")]).toEqual([[enrolment.id], []]);
  });

  it("begins one attempt, however many workers have it", async () => {
    const enrolment = await recorded(1);
    const { recordNewAttempt } = dynamoEnrolmentRegistry(table);
    const all = await Promise.all(Array.from({ length: 20 }, () => recordNewAttempt(enrolment, noon)));
    expect(all.filter(({ isMine }) => isMine)).toHaveLength(1);
    expect(new Set(all.map(({ enrolment: { attempt } }) => attempt))).toEqual(new Set([1]));
  });

  it("is no longer fruitless once the next attempt begins", async () => {
    const enrolments = dynamoEnrolmentRegistry(table);
    const fruitless = await enrolments.recordFruitless(await recorded(1, 1));
    expect(fruitless).toMatchObject({ attempt: 1, fruitless: true });
    const { enrolment } = await enrolments.recordNewAttempt(fruitless, noon);
    expect(enrolment).toMatchObject({ attempt: 2 });
    expect(enrolment).not.toHaveProperty("fruitless");
  });

  it("moves once, with its audit record, and never after it has begun", async () => {
    const enrolment = await recorded(1);
    const enrolments = dynamoEnrolmentRegistry(table);
    const to = { authorityId: "m2", slot: aSlot(9), notAfter: fromNoon(minuteMs) };
    const audit = {
      ...auditOf(enrolment.id, "enrolment.accepted", "move"),
      action: "enrolment.moved",
    } as const;
    const moved = await enrolments.recordMoved(enrolment, to, audit);
    expect(moved).toMatchObject({ isMine: true, enrolment: { ...to, attempt: 1, fruitless: true } });
    expect(await enrolments.recordMoved(enrolment, { ...to, slot: aSlot(10) }, audit)).toEqual({
      ...moved,
      isMine: false,
    });
    const begun = await enrolments.recordNewAttempt(moved.enrolment, noon);
    expect(await enrolments.recordMoved(moved.enrolment, to, audit)).toEqual({
      enrolment: begun.enrolment,
      isMine: false,
    });
    const audits = await rowsOf(table, `AUDIT#${enrolment.id}`);
    expect(audits.map(({ action }) => action).sort()).toEqual(["enrolment.accepted", "enrolment.moved"]);
  });

  it("is listed behind any number of others, page by page, up to the time given", async () => {
    for (let at = 0; at < 130; at += 1) await recorded(at);
    expect(await listed("QUEUED")).toHaveLength(130);
    expect(await listed("QUEUED", fromNoon(100))).toHaveLength(100);
    for await (const page of listOpenEnrolments(table, "QUEUED")) {
      const created = page.map(({ createdAt }) => createdAt.getTime());
      expect(created).toEqual(created.toSorted((a, b) => a - b));
    }
  });
});

describe("an authority whose CA is used up", () => {
  const exhausted = (requestId: string) =>
    ({ ...auditOf("m1", "certificate.issued", requestId), action: "authority.exhausted" }) as const;

  it("is marked by one of many who hear of it at once, or by the next", async () => {
    const authorities = dynamoAuthorityRegistry(table);
    await authorities.insertAuthority(anAuthority(), auditOf("m1", "certificate.issued"));
    const at = fromNoon(minuteMs);
    const first = await Promise.all(
      Array.from({ length: 10 }, (_, n) => authorities.recordExhausted("m1", at, exhausted(`r${n}`))),
    );
    const next = await authorities.recordExhausted("m1", at, exhausted("next"));
    expect([...first, next].filter(Boolean)).toHaveLength(1);
    expect(await authorities.listAuthorities()).toMatchObject([{ id: "m1", exhaustedAt: at }]);
  });

  it("is tried again only as it was seen", async () => {
    const authorities = dynamoAuthorityRegistry(table);
    await authorities.insertAuthority(anAuthority(), auditOf("m1", "certificate.issued"));
    await authorities.recordExhausted("m1", fromNoon(minuteMs), exhausted("r1"));
    const again = { ...exhausted("r2"), action: "authority.tried_again" } as const;
    expect(await authorities.clearExhausted("m1", noon, again)).toBe(false);
    expect(await authorities.clearExhausted("m1", fromNoon(minuteMs), again)).toBe(true);
    expect(await authorities.clearExhausted("m1", fromNoon(minuteMs), again)).toBe(false);
    const [authority] = await authorities.listAuthorities();
    expect(authority).not.toHaveProperty("exhaustedAt");
  });
});
