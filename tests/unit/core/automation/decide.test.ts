// A finding falls under the first rule that is for it, and a finding of a stranger under none.
import { describe, expect, it } from "vitest";
import { decide } from "#core/automation/decide.ts";
import {
  builtInRules,
  type RecordedRule,
  type Rule,
  rulesInForce,
  usualBrake,
} from "#core/automation/rule.ts";
import { aFinding, ownAccount } from "#support/automation-world.ts";
import { noon } from "#support/fixed-time.ts";

const aRule = (parts: Partial<Rule> = {}): RecordedRule => ({
  id: "own",
  order: 1_000,
  match: { source: "report" },
  action: "hold",
  selects: "named",
  lineage: false,
  brake: usualBrake,
  version: 1,
  changedAt: noon,
  changedBy: "operator:ada",
  ...parts,
});

const chosen = (rules: readonly RecordedRule[], parts: Parameters<typeof aFinding>[0] = {}) =>
  decide(rulesInForce(rules), aFinding(parts), ownAccount)?.rule.id;

describe("without any rule of an operator's", () => {
  it.each([
    ["report", "reports", "revoke"],
    ["device-defender", "device-defender", "hold"],
    ["guardduty", "guardduty", "hold"],
    ["webhook", "webhooks", "hold"],
  ] as const)("a finding of %s falls under %s, which says %s", (source, id, action) => {
    const decision = decide(rulesInForce([]), aFinding({ source }), ownAccount);
    expect([decision?.rule.id, decision?.rule.action]).toEqual([id, action]);
  });

  it("a report from another account falls under none", () => {
    expect(chosen([], { account: "999999999999" })).toBeUndefined();
  });

  it("every rule has a brake", () => {
    for (const { brake } of builtInRules) expect(brake.certificates).toBeLessThanOrEqual(100);
  });
});

describe("a rule", () => {
  it("of an operator's comes before the built-in ones, and one of a lower order before that", () => {
    expect(chosen([aRule()])).toBe("own");
    expect(chosen([aRule(), aRule({ id: "zeroth", order: 1 })])).toBe("zeroth");
    expect(chosen([aRule({ id: "b" }), aRule({ id: "a" })])).toBe("a");
  });

  it("with the id of a built-in one takes its place, also where it matches less", () => {
    const strict = aRule({ id: "reports", match: { source: "report", senders: ["soc.example"] } });
    expect(chosen([strict])).toBe("reports");
    expect(chosen([strict], { sender: "somebody" })).toBeUndefined();
  });

  it.each([
    { name: "its sender", match: { senders: ["soc.example"] }, fits: {}, misses: { sender: "soc.example2" } },
    {
      name: "its account",
      match: { accounts: ["999999999999"] },
      fits: { account: "999999999999" },
      misses: {},
    },
    {
      name: "its type",
      match: { types: ["DEVICE_CERTIFICATE_SHARED_CHECK"] },
      fits: { type: "DEVICE_CERTIFICATE_SHARED_CHECK" },
      misses: { type: "DEVICE_CERTIFICATE_SHARED_CHECK_2" },
    },
    {
      name: "the beginning of its type",
      match: { types: ["UnauthorizedAccess:*"] },
      fits: { type: "UnauthorizedAccess:IAMUser/MaliciousIPCaller" },
      misses: { type: "Recon:IAMUser/MaliciousIPCaller" },
    },
    { name: "its severity", match: { minimumSeverity: 7 }, fits: { severity: 7 }, misses: { severity: 6.9 } },
    {
      name: "a severity there is",
      match: { minimumSeverity: 0 },
      fits: { severity: 0 },
      misses: { severity: undefined },
    },
  ])("may ask for $name", ({ match, fits, misses }) => {
    const rule = aRule({ match: { source: "report", ...match } });
    expect(chosen([rule], fits)).toBe("own");
    expect(chosen([rule], misses)).not.toBe("own");
  });

  it("for another account is not for its own", () => {
    expect(chosen([aRule({ match: { source: "report", accounts: ["999999999999"] } })])).toBe("reports");
  });

  it("says the reason and whether successors go too; the finding does where the rule is silent", () => {
    const decided = (rule: Partial<Rule>, lineage = false) =>
      decide([aRule(rule)], aFinding({ lineage }), ownAccount);
    expect(decided({})).toMatchObject({ reason: "keyCompromise", lineage: false });
    expect(decided({ reason: "privilegeWithdrawn", lineage: true })).toMatchObject({
      reason: "privilegeWithdrawn",
      lineage: true,
    });
    expect(decided({}, true)?.lineage).toBe(true);
  });
});
