// Who revoked this, when, why, from which event? One question, asked of every path that refuses a certificate: while its
// row does not say so yet, and after it does.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dynamoAdvanceRegistry } from "#aws/registry/apply-registry.ts";
import { dynamoAuditReader } from "#aws/registry/audit-reader.ts";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoFindingRegistry } from "#aws/registry/finding-registry.ts";
import { dynamoFollowRegistry, listFollowTasks } from "#aws/registry/follow-registry.ts";
import { dynamoJobRequests } from "#aws/registry/job-requests.ts";
import { dynamoLotRegistry } from "#aws/registry/lot-manifest.ts";
import { dynamoPlanRegistry } from "#aws/registry/plan-registry.ts";
import { refusalsOver } from "#aws/registry/refusals-over.ts";
import { dynamoRuleRegistry } from "#aws/registry/rule-registry.ts";
import { dynamoTargetRegistry } from "#aws/registry/target-registry.ts";
import { readCauses } from "#core/audit-causes.ts";
import { slotSource } from "#core/authority/slot-source.ts";
import { actOnFinding } from "#core/automation/act-on-finding.ts";
import type { SecurityFinding } from "#core/automation/finding.ts";
import type { RecordedRule } from "#core/automation/rule.ts";
import type { Caller } from "#core/caller.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { followOrder } from "#core/order/follow-order.ts";
import { applyPlan } from "#core/plan/apply.ts";
import { approvePlan } from "#core/plan/decide-plan.ts";
import { makePlan } from "#core/plan/make-plan.ts";
import type { PlanOrder } from "#core/plan/plan.ts";
import { requestApply } from "#core/plan/request-apply.ts";
import { aFinding, ownAccount } from "#support/automation-world.ts";
import { fromNoon, minuteMs, noon } from "#support/fixed-time.ts";
import { advance } from "#support/plans.ts";
import { aForeignAuthority, aSerial, aSlot } from "#support/records.ts";
import {
  auditOf,
  putAuthority,
  putCertificate,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";
import { fakeStore } from "../../unit/core/publication/fake-edge-store.ts";

let registry: TestRegistry;
let table: RegistryTable;
let certificate: Certificate;
beforeAll(async () => {
  registry = await startTestRegistry();
});
beforeEach(async () => {
  table = await registry.table();
  await putAuthority(table, { nextSlot: 2 * 4_096 });
  certificate = await putCertificate(table, 5);
});
afterAll(() => registry?.stop());

const later = fromNoon(minuteMs);
const operator = (subject: string): Caller => ({
  kind: "operator",
  subject,
  scopes: ["revocations:plan", "revocations:apply", "revocations:approve"],
});

/** As `GET /v1/audit?subject=` answers it, in short. */
async function answer(subject: string) {
  const audit = dynamoAuditReader(table);
  const { records } = await audit.ofSubject(subject, 50, undefined);
  const deps = { audit, refusalsOver: (id: string) => refusalsOver(table, id) };
  const because = await readCauses(deps, subject, records);
  return {
    own: records.map(({ action }) => action),
    because: because.map(({ action, actor }) => `${action} by ${actor}`),
    facts: Object.assign({}, ...because.map(({ facts }) => facts)) as Readonly<Record<string, string>>,
  };
}

/** By three people, up to the orders: ada makes it, ben approves it, cleo applies it. */
async function carryOutPlan(order: Partial<PlanOrder>): Promise<void> {
  const plans = { registry: dynamoPlanRegistry(table), jobs: dynamoJobRequests(table), now: () => later };
  const plan = await makePlan(
    plans,
    {
      order: {
        action: "revoke",
        selector: { kind: "holder", tenant: "acme", holder: certificate.holder },
        lineage: false,
        reason: "keyCompromise",
        ticket: "INC-7",
        sourceEvent: "soc:1",
        ...order,
      },
      author: "operator:ada",
      because: ["it is a drill"],
      requestId: "r1",
    },
    () => true,
  );
  const asked = { id: plan.id, hash: plan.hash ?? "", leaveOutNew: false };
  await approvePlan(plans, { ...asked, caller: operator("ben"), requestId: "r2" });
  await requestApply(
    {
      ...plans,
      apply: (checked, actor, requestId) =>
        applyPlan({ registry: dynamoAdvanceRegistry(table), now: () => later }, checked, actor, requestId),
    },
    { ...asked, caller: operator("cleo"), requestId: "r3" },
  );
}

const byThree = [
  "plan.created by operator:ada",
  "plan.approved by operator:ben",
  "plan.applied by operator:cleo",
];

async function report(parts: Partial<SecurityFinding>): Promise<void> {
  await actOnFinding(
    {
      rules: dynamoRuleRegistry(table),
      findings: dynamoFindingRegistry(table),
      registry: dynamoTargetRegistry(table),
      plans: { propose: () => Promise.reject(new Error("nothing is beyond the brake")) },
      now: () => later,
      wait: async () => undefined,
    },
    { finding: aFinding(parts), ownAccount, requestId: "evt-1" },
  );
}

describe("a plan that was approved", () => {
  test("is named with its people, its ticket and its event, before and after the row has followed", async () => {
    await carryOutPlan({});
    const before = await answer(certificate.id);
    expect(before).toMatchObject({ own: ["certificate.issued"], because: byThree });
    expect(before.facts).toMatchObject({ ticket: "INC-7", sourceEvent: "soc:1", reason: "keyCompromise" });
    await advance({ table, store: fakeStore(), now: later });
    await advance({ table, store: fakeStore(), now: fromNoon(5 * minuteMs) });
    expect(await answer(certificate.id)).toEqual({
      ...before,
      own: ["certificate.revoked", "certificate.issued"],
    });
  });

  test("that holds is named while it stands", async () => {
    await carryOutPlan({ action: "hold" });
    expect((await answer(certificate.id)).because).toEqual(byThree);
  });

  test("that distrusts the authority is named for each of its certificates", async () => {
    await carryOutPlan({ action: "distrust", selector: { kind: "authority", authorityId: "m1" } });
    const { because, facts } = await answer(certificate.id);
    expect(because).toEqual(expect.arrayContaining([...byThree, "authority.state_changed by operator:cleo"]));
    expect(facts).toMatchObject({ ticket: "INC-7", to: "distrusted" });
  });

  test("that raises the floor is named for what is older, and not for what is younger", async () => {
    const floorAt = new Date(certificate.notBefore.getTime() + 1_000);
    const younger = await putCertificate(table, 6, { notBefore: floorAt });
    await carryOutPlan({ action: "floor", floorAt, selector: { kind: "authority", authorityId: "m1" } });
    expect((await answer(certificate.id)).because).toEqual(
      expect.arrayContaining([...byThree, "authority.floor_moved by operator:cleo"]),
    );
    expect((await answer(younger.id)).because).toEqual([]);
  });

  test("is named for a serial of a partner's authority", async () => {
    await dynamoAuthorityRegistry(table).insertAuthority(aForeignAuthority(), {
      ...auditOf("p1", "certificate.issued"),
      action: "authority.registered",
    });
    const selector = { kind: "certificate", serial: aSerial("0a1b"), authorityId: "p1" } as const;
    await carryOutPlan({ selector });
    expect((await answer("p1-0a1b")).because).toEqual(byThree);
  });
});

/** A lot counts as all that it may hold, which is more than the usual brake lets through. */
const wide: RecordedRule = {
  id: "reports",
  order: 1,
  match: { source: "report" },
  action: "revoke",
  selects: "named",
  lineage: false,
  brake: { certificates: 10_000, atLeast: 0, acrossTenants: 10_000 },
  version: 1,
  changedAt: noon,
  changedBy: "operator:ada",
};

describe("an event", () => {
  test("about a certificate is named, with the rule that acted on it", async () => {
    await report({ selector: { sha256: certificate.sha256 }, note: "on a file share" });
    const { own, because, facts } = await answer(certificate.id);
    expect(own).toEqual(["certificate.revoked", "certificate.issued"]);
    expect(because).toEqual(["finding.handled by event:soc.example:7"]);
    expect(facts).toMatchObject({
      rule: "reports",
      sender: "soc.example",
      finding: "7",
      note: "on a file share",
    });
  });

  test("about a lot is named for its certificates, before and after their rows have followed", async () => {
    const lot = "w47";
    await dynamoLotRegistry(table).recordAnnounced(
      { tenant: "acme", lot, size: 10 },
      { ...auditOf(`acme/${lot}`, "certificate.issued"), action: "lot.announced" },
    );
    const source = slotSource(
      { ...dynamoAuthorityRegistry(table), ...dynamoBlockRegistry(table) },
      { cacheMs: 0, now: () => noon, pause: async () => undefined },
    );
    const { slot } = await source.take({ tenant: "acme", lot, validUntil: fromNoon(365 * 86_400_000) });
    const inLot = await putCertificate(table, slot, { lot, slot: aSlot(slot) });
    await dynamoRuleRegistry(table).recordRule(wide, {
      ...auditOf("rule:reports", "certificate.issued"),
      action: "rule.recorded",
    });
    await report({ selector: { tenant: "acme", lot } });
    const named = [
      "finding.handled by event:soc.example:7",
      "lot.revoked by event:soc.example:7",
      "order.recorded by event:soc.example:7",
    ];
    const before = await answer(inLot.id);
    expect([...before.because].sort()).toEqual(named);
    const deps = { registry: dynamoFollowRegistry(table), now: () => later };
    for (const task of await listFollowTasks(table, fromNoon(10 * minuteMs)))
      await followOrder(deps, task, { certificates: 100, mayGoOn: () => true });
    const after = await answer(inLot.id);
    expect(after.own[0]).toBe("certificate.revoked");
    expect([...after.because].sort()).toEqual(named);
    expect(await answer(certificate.id)).toMatchObject({ because: [] });
  });
});
