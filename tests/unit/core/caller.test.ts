// Who callers are, and what they may see and ask at all (threats A2, A3). Who may ask for which profile, within which
// claim: authorise.test.ts.
import { describe, expect, it } from "vitest";
import {
  actorOf,
  askerOf,
  type Caller,
  maySee,
  maySeeEnrolment,
  principalOf,
  requireScope,
  type Scope,
  tenantOf,
} from "#core/caller.ts";
import { profiles } from "#core/profile/profile.ts";

const scopes = [
  "certificates:read",
  "certificates:write",
  "revocations:plan",
  "revocations:apply",
  "revocations:approve",
  "authorities:write",
] as const satisfies readonly Scope[];

const operator = (...held: readonly string[]): Caller => ({ kind: "operator", subject: "ada", scopes: held });
const token = (tenant = "acme"): Caller => ({ kind: "token", tenant, claimId: "clm_1" });
const holderOf = (profile: string, tenant = "acme", certificateId = "m1-0a"): Caller => ({
  kind: "certificate",
  tenant,
  holder: "line-7",
  profile,
  certificateId,
  sha256: "c5".repeat(32),
});

const forbidden = expect.objectContaining({ code: "caller.forbidden" });
const outcome = (decide: () => unknown): unknown => {
  try {
    return decide();
  } catch (error) {
    return error;
  }
};

describe("the actor in audit records", () => {
  it("names the kind of caller and its id", () => {
    expect([operator(), token(), holderOf("factory")].map(actorOf)).toEqual([
      "operator:ada",
      "claim:clm_1",
      "certificate:m1-0a",
    ]);
  });

  it("keeps an operator who calls himself like a certificate apart from it", () => {
    expect(actorOf({ kind: "operator", subject: "m1-0a", scopes: [] })).not.toBe(
      actorOf(holderOf("factory")),
    );
  });
});

describe("the principal of an idempotency key", () => {
  it("stays the same when a line renews its certificate", () => {
    expect(principalOf(holderOf("factory", "acme", "m1-0b"))).toBe(principalOf(holderOf("factory")));
  });

  it("is another for another tenant's line of the same name, for a token and for an operator", () => {
    const callers = [holderOf("factory"), holderOf("factory", "umbrella"), token(), operator()];
    expect(new Set(callers.map(principalOf)).size).toBe(callers.length);
  });
});

describe.each(scopes)("the scope %s", scope => {
  it("is enough for what needs it", () => {
    expect(outcome(() => requireScope(operator(scope), scope))).toBeUndefined();
  });

  it("is not replaced by all the others together", () => {
    const others = scopes.filter(other => other !== scope);
    expect(outcome(() => requireScope(operator(...others), scope))).toEqual(forbidden);
  });

  it("is never held by a certificate or a claim's token", () => {
    for (const caller of [...Object.keys(profiles), scope].map(profile => holderOf(profile)).concat(token()))
      expect(outcome(() => requireScope(caller, scope))).toEqual(forbidden);
  });
});

describe("whoever asks for a certificate of others", () => {
  it.each<{ readonly name: string; readonly caller: Caller; readonly asker: unknown }>([
    { name: "a line", caller: holderOf("factory"), asker: "factory" },
    { name: "a token", caller: token(), asker: "token" },
    { name: "an operator who may write", caller: operator("certificates:write"), asker: "operator" },
    { name: "an operator who may only read", caller: operator("certificates:read"), asker: forbidden },
    { name: "an operator without scopes", caller: operator(), asker: forbidden },
    { name: "a device", caller: holderOf("device"), asker: forbidden },
    { name: "a partner", caller: holderOf("partner"), asker: forbidden },
    { name: "the origin", caller: holderOf("origin"), asker: forbidden },
    { name: "the holder of a profile called operator", caller: holderOf("operator"), asker: forbidden },
    { name: "the holder of a profile called token", caller: holderOf("token"), asker: forbidden },
  ])("as $name", ({ caller, asker }) => {
    expect(outcome(() => askerOf(caller))).toEqual(asker);
  });

  it("hears what a certificate is good for when it is none of a line's", () => {
    expect(outcome(() => askerOf(holderOf("device")))).toMatchObject({
      data: { reason: "a certificate of the profile device may only be renewed" },
    });
  });
});

describe.each([
  { name: "a certificate", caller: holderOf("factory") },
  { name: "a claim's token", caller: token() },
])("the tenant of $name", ({ caller }) => {
  it("is its own when the body names none", () => {
    expect(tenantOf(caller, undefined)).toBe("acme");
  });

  it("is never another one than its own", () => {
    expect(tenantOf(caller, "acme")).toBe("acme");
    expect(outcome(() => tenantOf(caller, "umbrella"))).toEqual(forbidden);
  });
});

describe("the tenant of an operator's request", () => {
  it.each(["umbrella", undefined])("is whichever the operator names: %s", named => {
    expect(tenantOf(operator("certificates:write"), named)).toBe(named);
  });
});

describe("an object of a tenant", () => {
  it.each<{ readonly name: string; readonly caller: Caller; readonly sees: boolean }>([
    { name: "its own holders", caller: holderOf("device", "acme"), sees: true },
    { name: "its own factory", caller: holderOf("factory", "acme"), sees: true },
    { name: "another tenant's factory", caller: holderOf("factory", "umbrella"), sees: false },
    { name: "a tenant whose name begins alike", caller: holderOf("factory", "acme-2"), sees: false },
    { name: "a token of its own", caller: token("acme"), sees: false },
    { name: "an operator who may read", caller: operator("certificates:read"), sees: true },
    { name: "an operator who may only write", caller: operator("certificates:write"), sees: false },
    { name: "an operator without scopes", caller: operator(), sees: false },
  ])("is seen by $name: $sees", ({ caller, sees }) => {
    expect(maySee(caller, "acme")).toBe(sees);
  });
});

describe("an enrolment", () => {
  it.each<{ readonly name: string; readonly caller: Caller; readonly sees: boolean }>([
    { name: "the token that asked for it", caller: token(), sees: true },
    { name: "another token", caller: { kind: "token", tenant: "acme", claimId: "clm_2" }, sees: false },
    { name: "its tenant's holders", caller: holderOf("device"), sees: true },
    { name: "another tenant's line", caller: holderOf("factory", "umbrella"), sees: false },
    {
      name: "an operator of that id",
      caller: { kind: "operator", subject: "clm_1", scopes: [] },
      sees: false,
    },
  ])("is seen by $name: $sees", ({ caller, sees }) => {
    expect(maySeeEnrolment(caller, { tenant: "acme", actor: "claim:clm_1" })).toBe(sees);
  });
});
