// Claims against DynamoDB Local: a count is exact whoever draws on it at once, and a switch-off holds from the moment it
// is answered (threat A1).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoClaimRegistry } from "#aws/registry/claim-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import type { AuditRecord } from "#core/audit.ts";
import { type Claim, type ClaimUse, newClaimId, shardsFor } from "#core/claim/claim.ts";
import type { ClaimChange } from "#core/claim/ports.ts";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { RecordIntentResult } from "#core/enrolment/ports.ts";
import { isAppError } from "#core/error.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aClaim, anEnrolment } from "#support/records.ts";
import { auditOf, rowsOf, startTestRegistry, type TestRegistry } from "#support/registry-table.ts";

let engine: TestRegistry;
let table: RegistryTable;

beforeAll(async () => {
  engine = await startTestRegistry();
  table = await engine.table();
}, 30_000);
afterAll(() => engine?.stop());

const audit = (subject: string, action: "claim.created" | "claim.changed"): AuditRecord => ({
  subject,
  action,
  actor: "operator:ada",
  requestId: `request-${Math.random()}`,
  at: noon,
  facts: {},
});

async function putClaim(parts: Partial<Claim> = {}): Promise<Claim> {
  const claim = aClaim({ id: newClaimId(), shards: shardsFor(parts.count ?? 100), ...parts });
  await dynamoClaimRegistry(table).insertClaim(claim, audit(claim.id, "claim.created"));
  return claim;
}

const change = (claim: Claim, parts: Partial<ClaimChange>) => {
  const { state, count, expiresAt } = claim;
  const wanted = { state, count, expiresAt, ...parts };
  return dynamoClaimRegistry(table).changeClaim(claim, wanted, audit(claim.id, "claim.changed"));
};

let made = 0;

/** The intent of one more device, as its line records it; `again` is one that was made before. */
function intent(claims: readonly ClaimUse[], createdAt = noon, again?: number): Promise<RecordIntentResult> {
  made += again === undefined ? 1 : 0;
  const digest = (again ?? made).toString(16).padStart(64, "0");
  const enrolment = anEnrolment({
    // Ids are digests, which a test makes up.
    id: `enr_${digest.slice(-32)}` as EnrolmentId,
    holder: `device-${again ?? made}`,
    spkiSha256: digest,
    createdAt,
  });
  return dynamoEnrolmentRegistry(table).recordIntent(
    enrolment,
    auditOf(enrolment.id, "enrolment.accepted", `request-${Math.random()}`),
    claims,
  );
}

const refusedAs = (claim: Claim, reason: string) => ({
  kind: "claim_refused",
  refusal: { claimId: claim.id, reason },
});

describe("a claim's count", () => {
  it("of 20 is drawn on exactly 20 times by 50 intents at once", async () => {
    const claim = await putClaim({ count: 20 });
    const results = await Promise.all(Array.from({ length: 50 }, () => untilNotBusy(() => intent([claim]))));
    const kinds = results.map(({ kind }) => kind);
    expect(kinds.filter(kind => kind === "recorded")).toHaveLength(20);
    expect(kinds.filter(kind => kind === "claim_refused")).toHaveLength(30);
    expect(await dynamoClaimRegistry(table).leftOf(claim.id)).toBe(0);
  });

  it.each([1, 2, 17])("of %i is that many, one after the other, and then no more", async count => {
    const claim = await putClaim({ count });
    for (let drawn = 0; drawn < count; drawn += 1) {
      expect(await intent([claim])).toMatchObject({ kind: "recorded" });
    }
    expect(await intent([claim])).toEqual(refusedAs(claim, "exhausted"));
  });

  it("is not drawn on by a request that is recorded, not even by the last one's retry", async () => {
    const claim = await putClaim({ count: 1 });
    const first = await intent([claim]);
    const number = made;
    expect(first.kind).toBe("recorded");
    expect(await intent([claim], noon, number)).toMatchObject({ kind: "exists" });
    expect(await intent([claim])).toEqual(refusedAs(claim, "exhausted"));
    await change(claim, { count: 2 });
    expect(await intent([claim], noon, number)).toMatchObject({ kind: "exists" });
    expect(await dynamoClaimRegistry(table).leftOf(claim.id)).toBe(1);
  });

  it("is not drawn on when the key is somebody else's", async () => {
    const claim = await putClaim({ count: 5 });
    await intent([claim]);
    const spkiSha256 = made.toString(16).padStart(64, "0");
    const enrolment = anEnrolment({ id: "enr_other" as EnrolmentId, holder: "device-x", spkiSha256 });
    const registry = dynamoEnrolmentRegistry(table);
    const result = await registry.recordIntent(
      enrolment,
      auditOf(enrolment.id, "enrolment.accepted", "other"),
      [claim],
    );
    expect(result).toEqual({ kind: "key_in_use" });
    expect(await dynamoClaimRegistry(table).leftOf(claim.id)).toBe(4);
  });

  it("that is used up leaves the next claim of the line to be drawn on", async () => {
    const [used, next] = [await putClaim({ count: 1 }), await putClaim({ count: 1 })];
    expect((await intent([used, next])).kind).toBe("recorded");
    expect((await intent([used, next])).kind).toBe("recorded");
    expect(await intent([used, next])).toEqual(refusedAs(used, "exhausted"));
  });

  it("is named in the audit record of what was drawn", async () => {
    const claim = await putClaim({ count: 1 });
    const result = await intent([claim]);
    const id = result.kind === "recorded" ? result.enrolment.id : "";
    expect(await rowsOf(table, `AUDIT#${id}`)).toMatchObject([
      { action: "enrolment.accepted", tenant: "acme", facts: { claim: claim.id } },
    ]);
  });
});

describe("a claim that is not in force", () => {
  it("is refused from its last moment on, and not before", async () => {
    const claim = await putClaim({ expiresAt: fromNoon(dayMs) });
    expect((await intent([claim], fromNoon(dayMs - 1))).kind).toBe("recorded");
    expect(await intent([claim], fromNoon(dayMs))).toEqual(refusedAs(claim, "expired"));
  });

  it("is refused from the moment its switch-off is answered, and granted again once it is on", async () => {
    const claim = await putClaim();
    const off = await change(claim, { state: "disabled" });
    expect(off).toMatchObject({ kind: "changed", claim: { state: "disabled", version: 2 } });
    expect(await intent([claim])).toEqual(refusedAs(claim, "disabled"));
    if (off.kind === "changed") await change(off.claim, { state: "enabled" });
    expect((await intent([claim])).kind).toBe("recorded");
  });

  it("is off for good amid a crowd: nobody who comes after the answer draws on it", async () => {
    const claim = await putClaim({ count: 1_000 });
    let isOff = false;
    const after: string[] = [];
    const crowd = Array.from({ length: 8 }, async () => {
      for (let count = 0; count < 6; count += 1) {
        const cameAfter = isOff;
        const { kind } = await untilNotBusy(() => intent([claim]));
        if (cameAfter) after.push(kind);
      }
    });
    await new Promise(resolve => setTimeout(resolve, 30));
    await untilNotBusy(() => change(claim, { state: "disabled" }));
    isOff = true;
    await Promise.all(crowd);
    await intent([claim]).then(({ kind }) => after.push(kind));
    expect(new Set(after)).toEqual(new Set(["claim_refused"]));
  });

  it("still answers what was recorded before", async () => {
    const claim = await putClaim();
    await intent([claim]);
    const number = made;
    await change(claim, { state: "disabled" });
    expect(await intent([claim], noon, number)).toMatchObject({ kind: "exists" });
  });
});

describe("a change of a claim", () => {
  it("adds what the count gains, and new counters with it", async () => {
    const claim = await putClaim({ count: 3 });
    await intent([claim]);
    const result = await change(claim, { count: 200 });
    expect(result).toMatchObject({ kind: "changed", claim: { count: 200, shards: 16, version: 2 } });
    const registry = dynamoClaimRegistry(table);
    expect(await registry.leftOf(claim.id)).toBe(199);
    expect(await registry.readClaim(claim.id)).toMatchObject({ count: 200, shards: 16 });
  });

  it("takes what the count loses from what is left, down to what is used and no further", async () => {
    const claim = await putClaim({ count: 20 });
    for (let count = 0; count < 5; count += 1) await intent([claim]);
    expect(await change(claim, { count: 4 })).toEqual({ kind: "used", used: 5 });
    expect((await change(claim, { count: 5 })).kind).toBe("changed");
    expect(await intent([claim])).toEqual(refusedAs(claim, "exhausted"));
  });

  it("of another version changes nothing", async () => {
    const claim = await putClaim({ count: 20 });
    await change(claim, { count: 30 });
    expect(await change(claim, { count: 10 })).toEqual({ kind: "changed_meanwhile", version: 2 });
    expect(await dynamoClaimRegistry(table).leftOf(claim.id)).toBe(30);
  });

  it("by two at once is made by one of them", async () => {
    const claim = await putClaim({ count: 20 });
    const results = await Promise.all([1, 2, 3].map(more => change(claim, { count: 20 + more })));
    expect(results.filter(({ kind }) => kind === "changed")).toHaveLength(1);
    const now = await dynamoClaimRegistry(table).readClaim(claim.id);
    expect(await dynamoClaimRegistry(table).leftOf(claim.id)).toBe(now?.count);
  });
});

describe("a line's claims", () => {
  it("are its own, those that end last first, and move when their end does", async () => {
    const asker = { kind: "certificate", line: "line-9" } as const;
    const soon = await putClaim({ asker, expiresAt: fromNoon(dayMs) });
    const late = await putClaim({ asker, expiresAt: fromNoon(9 * dayMs) });
    await putClaim({ asker: { kind: "certificate", line: "line-8" } });
    await putClaim({ asker, tenant: "umbrella" });
    const ids = async () =>
      (await dynamoClaimRegistry(table).claimsOfLine("acme", "line-9")).map(claim => claim.id);
    expect(await ids()).toEqual([late.id, soon.id]);
    await change(soon, { expiresAt: fromNoon(20 * dayMs) });
    expect(await ids()).toEqual([soon.id, late.id]);
  });

  it("are listed by tenant page by page, newest first, each once", async () => {
    const tenant = "lister";
    const claims: Claim[] = [];
    for (let day = 0; day < 5; day += 1)
      claims.push(await putClaim({ tenant, createdAt: fromNoon(day * dayMs), count: 1 }));
    const registry = dynamoClaimRegistry(table);
    const first = await registry.listClaims(tenant, 3, undefined);
    const second = await registry.listClaims(tenant, 3, first.next);
    const listed = [...first.claims, ...second.claims].map(({ id }) => id);
    expect(listed).toEqual(claims.map(({ id }) => id).reverse());
    expect([first.claims.length, second.next]).toEqual([3, undefined]);
  });

  it("come back from the table as they were made", async () => {
    const claim = await putClaim({ lots: ["w47"], holders: ["device-1"], profiles: ["device", "gateway"] });
    expect(await dynamoClaimRegistry(table).readClaim(claim.id)).toEqual(claim);
    expect(await dynamoClaimRegistry(table).readClaim("clm_none")).toBeUndefined();
  });
});

/** What every caller of ours does with a busy registry. */
async function untilNotBusy<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isAppError(error, "registry.busy")) throw error;
    }
  }
}
