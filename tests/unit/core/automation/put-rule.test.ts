// Rules are changed by those who may approve revocations, one change at a time.
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import { deleteRule, putRule, type RuleDefinition, ruleDefinitionSchema } from "#core/automation/put-rule.ts";
import { type RecordedRule, usualBrake } from "#core/automation/rule.ts";
import type { Caller, Scope } from "#core/caller.ts";
import { noon } from "#support/fixed-time.ts";

const operator = (...scopes: readonly Scope[]): Caller => ({ kind: "operator", subject: "ada", scopes });
const approver = operator("revocations:approve");
const factory: Caller = {
  kind: "certificate",
  tenant: "acme",
  holder: "line-1",
  profile: "factory",
  certificateId: "m1-01",
  sha256: "a1",
};

function aWorld(rules: readonly RecordedRule[] = []) {
  const rows = new Map(rules.map(rule => [rule.id, rule]));
  const audits: AuditRecord[] = [];
  const deps = {
    rules: {
      listRules: async () => [...rows.values()],
      recordRule: async (rule: RecordedRule, audit: AuditRecord) => {
        const known = rows.get(rule.id)?.version ?? 0;
        if (known !== rule.version - 1) return known;
        rows.set(rule.id, rule);
        audits.push(audit);
        return undefined;
      },
      deleteRule: async (id: string, version: number, audit: AuditRecord) => {
        const known = rows.get(id)?.version ?? 0;
        if (known !== version) return known;
        rows.delete(id);
        audits.push(audit);
        return undefined;
      },
    },
    now: () => noon,
  };
  const put = (parts: object = {}, caller = approver, id = "leaks") =>
    putRule(deps, { caller, id, requestId: "r", definition: definitionOf(parts) });
  return {
    rows,
    audits,
    put,
    remove: (caller = approver) => deleteRule(deps, { caller, id: "leaks", requestId: "r" }),
  };
}

const definitionOf = (parts: object): RuleDefinition =>
  ruleDefinitionSchema.parse({ match: { source: "webhook" }, action: "revoke", ...parts });

describe("a rule", () => {
  it("has the usual brake unless it says otherwise, and no share where it names a brake without one", async () => {
    const { put } = aWorld();
    expect(await put()).toEqual({
      id: "leaks",
      order: 1_000,
      match: { source: "webhook" },
      action: "revoke",
      selects: "named",
      lineage: false,
      brake: usualBrake,
      version: 1,
      changedAt: noon,
      changedBy: "operator:ada",
    });
    expect((await put({ version: 1, brake: { certificates: 5 } })).brake).toEqual({
      certificates: 5,
      atLeast: 10,
      acrossTenants: 500,
    });
  });

  it("replaces the version it names and no other; each change has its record", async () => {
    const { put, remove, audits, rows } = aWorld();
    await put();
    await expect(put()).rejects.toMatchObject({ code: "resource.changed", data: { version: 1 } });
    await put({ version: 1, action: "hold" });
    await expect(put({ version: 1 })).rejects.toMatchObject({ data: { version: 2 } });
    expect((await remove()).version).toBe(2);
    await expect(remove()).rejects.toMatchObject({ code: "resource.not_found" });
    expect(rows.size).toBe(0);
    expect(audits.map(({ action, facts }) => [action, facts["version"]])).toEqual([
      ["rule.recorded", "1"],
      ["rule.recorded", "2"],
      ["rule.removed", "2"],
    ]);
  });

  it.each([
    ["a factory line", factory],
    ["who may only plan and apply", operator("revocations:plan", "revocations:apply", "certificates:write")],
    ["who may change authorities", operator("authorities:write")],
  ])("is nothing for %s", async (_name, caller) => {
    const { put, remove, rows } = aWorld();
    await expect(put({}, caller)).rejects.toMatchObject({ code: "caller.forbidden" });
    await expect(remove(caller)).rejects.toMatchObject({ code: "caller.forbidden" });
    expect(rows.size).toBe(0);
  });

  it("is one of a hundred at most, the built-in ones included", async () => {
    const { put, rows } = aWorld();
    for (let index = 0; index < 96; index += 1) await put({}, approver, `rule-${index}`);
    await expect(put({}, approver, "rule-96")).rejects.toMatchObject({ code: "request.malformed" });
    await put({ version: 1 }, approver, "rule-0");
    expect(rows.size).toBe(96);
  });

  it.each([
    { name: "no action", parts: { action: undefined } },
    { name: "an unknown source", parts: { match: { source: "rumour" } } },
    { name: "an account of 11 digits", parts: { match: { source: "report", accounts: ["11112222333"] } } },
    { name: "no sender in its list", parts: { match: { source: "report", senders: [] } } },
    { name: "a severity beyond 10", parts: { match: { source: "report", minimumSeverity: 10.1 } } },
    { name: "order 0", parts: { order: 0 } },
    { name: "the order of the built-in ones", parts: { order: 10_000 } },
    { name: "a share of nothing", parts: { brake: { percent: 0 } } },
    { name: "a share beyond all", parts: { brake: { percent: 101 } } },
    { name: "a cap below none", parts: { brake: { certificates: -1 } } },
    { name: "a cap that is none", parts: { brake: { certificates: 1_000_001 } } },
    { name: "a member that is not known", parts: { braek: {} } },
  ])("with $name is malformed", ({ parts }) => {
    const definition = { match: { source: "webhook" }, action: "revoke", ...parts };
    expect(ruleDefinitionSchema.safeParse(definition).success).toBe(false);
  });
});
