// Claims as data: tokens nobody can guess or read back, counts split without loss, and what may be asked for.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Caller } from "#core/caller.ts";
import { changeClaim } from "#core/claim/change-claim.ts";
import {
  type Claim,
  isSecretOf,
  newClaimId,
  newToken,
  parseToken,
  shardsFor,
  spread,
} from "#core/claim/claim.ts";
import { createClaim, createClaimSchema } from "#core/claim/create-claim.ts";
import { profiles } from "#core/profile/profile.ts";
import { profileSource } from "#core/profile/profile-source.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aClaim } from "#support/records.ts";

describe("a token", () => {
  it("is read back as the claim and the secret it was made of, and its digest is the secret's", async () => {
    const id = newClaimId();
    const { token, secretSha256 } = await newToken(id);
    const parsed = parseToken(token);
    const claim = aClaim({ id, asker: { kind: "token", secretSha256 } });
    expect(parsed?.claimId).toBe(id);
    expect(await isSecretOf(claim, parsed?.secret ?? "")).toBe(true);
    expect(JSON.stringify(claim)).not.toContain(parsed?.secret);
  });

  it("is never the same twice", async () => {
    const id = newClaimId();
    const tokens = await Promise.all(Array.from({ length: 100 }, () => newToken(id)));
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(100);
    expect(newClaimId()).not.toBe(newClaimId());
  });

  it("opens no claim of a line's certificate", async () => {
    expect(await isSecretOf(aClaim(), "")).toBe(false);
  });

  it.each([
    "",
    "ecc_",
    `ecc_${"0".repeat(24)}`,
    `ecc_${"0".repeat(23)}_${"0".repeat(64)}`,
    "eyJhbGciOiJS.e30.c2ln",
  ])("is not %j", text => {
    expect(parseToken(text)).toBeUndefined();
  });
});

describe("a count over counters", () => {
  it("loses nothing and is even, whatever the count", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), count => {
        const shares = spread(count, shardsFor(count));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(count);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
        expect(Math.min(...shares)).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    { count: 1, shards: 1 },
    { count: 8, shards: 1 },
    { count: 9, shards: 2 },
    { count: 128, shards: 16 },
    { count: 1_000_000, shards: 16 },
  ])("of $count has $shards", ({ count, shards }) => {
    expect(shardsFor(count)).toBe(shards);
  });
});

const operator: Caller = { kind: "operator", subject: "ada", scopes: ["certificates:write"] };
const line = {
  kind: "certificate",
  tenant: "acme",
  line: "line-1",
  lots: "any",
  count: 10,
  expiresAt: fromNoon(dayMs).toISOString(),
};
const bearer = { kind: "token", tenant: "acme", lots: ["w47"], expiresAt: line.expiresAt };

function create(body: object, caller: Caller = operator) {
  const claims: Claim[] = [];
  const deps = {
    registry: { insertClaim: async (claim: Claim) => void claims.push(claim) },
    profiles: profileSource(async () => undefined, { keepMs: 0, now: () => noon }),
    now: () => noon,
  };
  const request = createClaimSchema.parse(body);
  return createClaim(deps, { caller, request, requestId: "request-1" });
}

describe("creating a claim", () => {
  it("for a line gives no token", async () => {
    const { claim, token } = await create(line);
    expect(claim).toMatchObject({
      asker: { kind: "certificate", line: "line-1" },
      profiles: ["device"],
      count: 10,
    });
    expect(token).toBeUndefined();
  });

  it("for whoever holds a token gives one that is good once, unless it says otherwise", async () => {
    const { claim, token = "" } = await create(bearer);
    expect(claim.count).toBe(1);
    expect(await isSecretOf(claim, parseToken(token)?.secret ?? "")).toBe(true);
  });

  it.each([
    { name: "ends now", body: { ...line, expiresAt: noon.toISOString() }, found: "claim.expiry" },
    {
      name: "ends too late",
      body: { ...line, expiresAt: fromNoon(3_651 * dayMs).toISOString() },
      found: "claim.expiry",
    },
    {
      name: "ends too late for a token",
      body: { ...bearer, expiresAt: fromNoon(91 * dayMs).toISOString() },
      found: "claim.expiry",
    },
    {
      name: "names a profile that there is not",
      body: { ...line, profiles: ["ghost"] },
      found: "profile.unknown",
    },
    {
      name: "names a profile that no line may ask for",
      body: { ...line, profiles: ["device", "partner"] },
      found: "claim.profile",
    },
    {
      name: "names a profile that no token may ask for",
      body: { ...bearer, profiles: ["factory"] },
      found: "claim.profile",
    },
    { name: "names the origin's", body: { ...bearer, profiles: ["origin"] }, found: "claim.profile" },
  ])("is refused when it $name", async ({ body, found }) => {
    await expect(create(body)).rejects.toMatchObject({
      code: "request.malformed",
      data: { findings: [{ code: found }] },
    });
  });

  it.each([
    { name: "no lots", body: { ...line, lots: undefined } },
    { name: "an empty list of lots", body: { ...line, lots: [] } },
    { name: "51 lots", body: { ...line, lots: Array.from({ length: 51 }, (_, n) => `w${n}`) } },
    { name: "a count of 0", body: { ...line, count: 0 } },
    { name: "a count of a million and one", body: { ...line, count: 1_000_001 } },
    { name: "no count for a line", body: { ...line, count: undefined } },
    { name: "a line for a token", body: { ...bearer, line: "line-1" } },
    { name: "no line for a certificate", body: { ...line, line: undefined } },
    { name: "a secret of one's own", body: { ...bearer, secret: "x" } },
  ])("is refused with $name", ({ body }) => {
    expect(createClaimSchema.safeParse(body).success).toBe(false);
  });

  it.each<Caller>([
    { kind: "operator", subject: "bob", scopes: ["certificates:read", "authorities:write"] },
    { kind: "token", tenant: "acme", claimId: "clm_1" },
    {
      kind: "certificate",
      tenant: "acme",
      holder: "line-1",
      profile: "factory",
      certificateId: "m1-0a",
      sha256: "c5",
    },
  ])("is not for $kind", async caller => {
    await expect(create(line, caller)).rejects.toMatchObject({ code: "caller.forbidden" });
  });

  it("knows the built-in profiles by what they say themselves", () => {
    expect(
      Object.values(profiles).filter(({ askedBy }) => (askedBy as readonly string[]).includes("factory")),
    ).toEqual([profiles.device]);
  });
});

describe("changing a claim", () => {
  const change = (request: object, claim: Claim | undefined = aClaim({ version: 3 })) =>
    changeClaim(
      {
        registry: {
          readClaim: async () => claim,
          changeClaim: async (before, after) =>
            after.count < 4
              ? { kind: "used", used: 4 }
              : { kind: "changed", claim: { ...before, ...after, version: before.version + 1 } },
        },
        now: () => noon,
      },
      { caller: operator, id: "clm_1", request: { version: 3, ...request }, requestId: "request-1" },
    );

  it("changes what is named and leaves the rest", async () => {
    expect(await change({ state: "disabled" })).toMatchObject({ state: "disabled", count: 100, version: 4 });
    expect(await change({ count: 7 })).toMatchObject({ state: "enabled", count: 7 });
  });

  it.each([
    { name: "of another version", request: { version: 2, count: 7 }, code: "resource.changed" },
    { name: "to fewer than are used", request: { count: 3 }, code: "request.malformed" },
    { name: "to an end that is over", request: { expiresAt: noon.toISOString() }, code: "request.malformed" },
  ])("$name is refused", async ({ request, code }) => {
    await expect(change(request)).rejects.toMatchObject({ code });
  });

  it("can switch off a claim whose end is over", async () => {
    const over = aClaim({ version: 3, expiresAt: fromNoon(-1) });
    expect(await change({ state: "disabled" }, over)).toMatchObject({ state: "disabled" });
  });
});
