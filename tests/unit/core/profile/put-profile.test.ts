// A profile of one's own: what may be said in it, both sides of each limit, and that no change is lost.
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import type { Caller } from "#core/caller.ts";
import type { RecordedProfile } from "#core/profile/ports.ts";
import { keyTypes, profiles, templateArn } from "#core/profile/profile.ts";
import { profileDefinitionSchema, putProfile } from "#core/profile/put-profile.ts";
import { noon } from "#support/fixed-time.ts";

const least = { lifetimeDays: 90, askedBy: ["operator"] };
const paths = (input: unknown): readonly string[] =>
  profileDefinitionSchema.safeParse(input).error?.issues.map(({ path }) => path.join("/")) ?? [];

describe("a definition", () => {
  it("needs a lifetime and who may ask; the rest is as in the built-in profiles", () => {
    const { renewal, ...rest } = profileDefinitionSchema.parse(least);
    expect(rest).toEqual({
      ...least,
      keyTypes: [...keyTypes],
      onUnexpected: "refuse",
      altNames: profiles.device.altNames,
    });
    const { expiringDays: _, ...usual } = profiles.device.renewal;
    expect(renewal).toEqual(usual);
  });

  it.each([
    { member: "lifetimeDays", good: [1, 3_650], bad: [0, 3_651, 1.5, "90"] },
    {
      member: "askedBy",
      good: [["token"], ["factory", "token", "operator"]],
      bad: [[], ["device"], ["token", "token"]],
    },
    { member: "keyTypes", good: [["p-256"]], bad: [[], ["p-521"], ["rsa-1024"], ["p-256", "p-256"]] },
    { member: "onUnexpected", good: ["refuse", "ignore"], bad: ["allow"] },
    { member: "templateArn", good: [templateArn], bad: [templateArn.replace("API", "CSR"), ""] },
    { member: "version", good: [1], bad: [0, 1.5] },
    { member: "name", good: [], bad: ["device"] },
    {
      member: "altNames",
      good: [[{ kind: "uri", template: "urn:x:{tenant}:{holder}" }]],
      bad: [
        [],
        Array.from({ length: 5 }, (_, n) => ({ kind: "uri", template: `urn:${n}x:{tenant}:{holder}` })),
        [{ kind: "email", template: "{holder}@{tenant}" }],
        Array.from({ length: 2 }, () => ({ kind: "uri", template: "urn:x:{tenant}:{holder}" })),
      ],
    },
  ])("takes $good for $member, and not $bad", ({ member, good, bad }) => {
    const overlap = { renewal: { overlapDays: 0 } };
    for (const value of good) expect(paths({ ...least, ...overlap, [member]: value })).toEqual([]);
    for (const value of bad) expect(paths({ ...least, [member]: value })).not.toEqual([]);
  });

  it.each([
    { member: "opensAtPercent", good: [10, 85], bad: [9, 86] },
    { member: "keyReuse", good: ["refuse", "allow"], bad: [true] },
    { member: "graceDays", good: [0, 90], bad: [-1, 91] },
    { member: "overlapDays", good: [0, 89], bad: [90, -1] },
    { member: "onReturn", good: ["tell", "hold"], bad: ["off", true] },
    {
      member: "expiringDays",
      good: [[], [89], [30, 14, 7, 1]],
      bad: [[90], [7, 7], [7, 14], [0], [8, 7, 6, 5, 4, 3, 2, 1, 0]],
    },
  ])("takes $good for the renewal's $member, and not $bad", ({ member, good, bad }) => {
    for (const value of good) expect(paths({ ...least, renewal: { [member]: value } })).toEqual([]);
    for (const value of bad) expect(paths({ ...least, renewal: { [member]: value } })).not.toEqual([]);
  });

  it("says why P-521 is not among the key types", () => {
    const { error } = profileDefinitionSchema.safeParse({ ...least, keyTypes: ["p-521"] });
    expect(error?.issues[0]?.message).toContain("CloudFront");
  });
});

const operator: Caller = { kind: "operator", subject: "ada", scopes: ["authorities:write"] };

function aWorld() {
  const rows = new Map<string, RecordedProfile>();
  const audits: AuditRecord[] = [];
  const registry = {
    readProfile: async (name: string) => rows.get(name),
    listProfiles: async () => [...rows.values()],
    recordProfile: async (profile: RecordedProfile, audit: AuditRecord) => {
      const current = rows.get(profile.name)?.version ?? 0;
      if (current !== profile.version - 1) return current;
      rows.set(profile.name, profile);
      audits.push(audit);
      return undefined;
    },
  };
  const put = (name: string, body: object, caller = operator) =>
    putProfile(
      { registry, now: () => noon },
      { caller, name, definition: profileDefinitionSchema.parse(body), requestId: "request-1" },
    );
  return { put, audits };
}

describe("recording a profile", () => {
  it("begins at version 1 and goes on from the version it replaces, each on record", async () => {
    const { put, audits } = aWorld();
    expect(await put("gateway", least)).toMatchObject({ name: "gateway", version: 1, lifetimeDays: 90 });
    expect(await put("gateway", { ...least, lifetimeDays: 30, version: 1 })).toMatchObject({ version: 2 });
    expect(audits.map(({ subject, action, actor }) => ({ subject, action, actor }))).toEqual(
      [1, 2].map(() => ({ subject: "gateway", action: "profile.recorded", actor: "operator:ada" })),
    );
  });

  it.each([
    { name: "a first version over one that is there", version: undefined, current: 1 },
    { name: "a version that is not the one that is there", version: 2, current: 1 },
  ])("refuses $name", async ({ version, current }) => {
    const { put } = aWorld();
    await put("gateway", least);
    await expect(put("gateway", { ...least, version })).rejects.toMatchObject({
      code: "resource.changed",
      data: { version: current },
    });
  });

  it("refuses to replace what there is not", async () => {
    await expect(aWorld().put("gateway", { ...least, version: 1 })).rejects.toMatchObject({
      code: "resource.changed",
      data: { version: 0 },
    });
  });

  it.each(Object.keys(profiles))("never replaces the built-in %s", async name => {
    await expect(aWorld().put(name, least)).rejects.toMatchObject({ code: "profile.built_in" });
  });

  it("is for operators who may write authorities", async () => {
    const reader: Caller = { kind: "operator", subject: "bob", scopes: ["certificates:write"] };
    await expect(aWorld().put("gateway", least, reader)).rejects.toMatchObject({ code: "caller.forbidden" });
  });

  it("warns of the end as far as the lifetime goes, unless it says when", async () => {
    const { put } = aWorld();
    expect((await put("short", { ...least, lifetimeDays: 10 })).renewal.expiringDays).toEqual([7, 1]);
    const own = await put("own", { ...least, renewal: { expiringDays: [] } });
    expect(own.renewal.expiringDays).toEqual([]);
  });
});
