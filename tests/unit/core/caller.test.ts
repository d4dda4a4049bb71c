// Who may ask for what: every caller against every profile, scope and tenant (threats A2, A3).
import { describe, expect, it } from "vitest";
import { actorOf, type Caller, maySee, requireScope, type Scope, tenantFor } from "#core/caller.ts";
import { type ProfileName, profiles } from "#core/profile/profile.ts";

const scopes = [
  "certificates:read",
  "certificates:write",
  "revocations:plan",
  "revocations:apply",
  "revocations:approve",
  "authorities:write",
] as const satisfies readonly Scope[];

const operator = (...held: readonly string[]): Caller => ({ kind: "operator", subject: "ada", scopes: held });
const holderOf = (profile: string, tenant = "acme"): Caller => ({
  kind: "certificate",
  tenant,
  holder: "line-7",
  profile,
  certificateId: "m1-0a",
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
    expect([actorOf(operator()), actorOf(holderOf("factory"))]).toEqual([
      "operator:ada",
      "certificate:m1-0a",
    ]);
  });

  it("keeps an operator who calls himself like a certificate apart from it", () => {
    expect(actorOf({ kind: "operator", subject: "m1-0a", scopes: [] })).not.toBe(
      actorOf(holderOf("factory")),
    );
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

  it("is never held by a certificate", () => {
    for (const profile of [...Object.keys(profiles), scope]) {
      expect(outcome(() => requireScope(holderOf(profile), scope))).toEqual(forbidden);
    }
  });
});

type Row = { readonly name: string; readonly caller: Caller; readonly may: readonly ProfileName[] };
const all: readonly ProfileName[] = ["device", "partner", "factory"];

describe.each<Row>([
  { name: "a factory", caller: holderOf("factory"), may: ["device"] },
  { name: "a device", caller: holderOf("device"), may: [] },
  { name: "a partner", caller: holderOf("partner"), may: [] },
  { name: "the holder of a profile called operator", caller: holderOf("operator"), may: [] },
  { name: "an operator who may write", caller: operator("certificates:write"), may: all },
  { name: "an operator who may only read", caller: operator("certificates:read"), may: [] },
  { name: "an operator without scopes", caller: operator(), may: [] },
])("$name", ({ caller, may }) => {
  it.each(all)("asks for the profile %s as the table says", profile => {
    const expected = may.includes(profile) ? "acme" : forbidden;
    expect(outcome(() => tenantFor(caller, profiles[profile], "acme"))).toEqual(expected);
  });
});

describe("the tenant of an enrolment", () => {
  it("is the certificate's own when the body names none", () => {
    expect(tenantFor(holderOf("factory", "acme"), profiles.device, undefined)).toBe("acme");
  });

  it("is never another one than the certificate's", () => {
    expect(outcome(() => tenantFor(holderOf("factory", "acme"), profiles.device, "umbrella"))).toEqual(
      forbidden,
    );
  });

  it("is whichever an operator names", () => {
    expect(tenantFor(operator("certificates:write"), profiles.device, "umbrella")).toBe("umbrella");
  });

  it("has to be named by an operator", () => {
    expect(
      outcome(() => tenantFor(operator("certificates:write"), profiles.device, undefined)),
    ).toMatchObject({
      code: "request.malformed",
      data: { findings: [{ code: "tenant.missing", pointer: "/tenant" }] },
    });
  });
});

describe("an object of a tenant", () => {
  it.each<{ readonly name: string; readonly caller: Caller; readonly sees: boolean }>([
    { name: "its own holders", caller: holderOf("device", "acme"), sees: true },
    { name: "its own factory", caller: holderOf("factory", "acme"), sees: true },
    { name: "another tenant's factory", caller: holderOf("factory", "umbrella"), sees: false },
    { name: "a tenant whose name begins alike", caller: holderOf("factory", "acme-2"), sees: false },
    { name: "an operator who may read", caller: operator("certificates:read"), sees: true },
    { name: "an operator who may only write", caller: operator("certificates:write"), sees: false },
    { name: "an operator without scopes", caller: operator(), sees: false },
  ])("is seen by $name: $sees", ({ caller, sees }) => {
    expect(maySee(caller, "acme")).toBe(sees);
  });
});
