// Every caller against every profile and every claim (threat A1): what is not granted by both is refused, and nothing is
// drawn on by being refused.
import { describe, expect, it } from "vitest";
import type { Caller } from "#core/caller.ts";
import type { Claim, ClaimId } from "#core/claim/claim.ts";
import { claimSource } from "#core/claim/claim-source.ts";
import { type AuthoriseDeps, authorise } from "#core/enrolment/authorise.ts";
import { isAppError } from "#core/error.ts";
import { isBuiltIn, type Profile, profiles } from "#core/profile/profile.ts";
import { profileSource } from "#core/profile/profile-source.ts";
import { dayMs, fromNoon, handClock } from "#support/fixed-time.ts";
import { aClaim } from "#support/records.ts";

const id = (text: string): ClaimId => text as ClaimId; // Ids are random, which a test names itself.
const gateway: Profile = { ...profiles.device, name: "gateway", askedBy: ["token"] };

function aWorld(...claims: readonly Claim[]) {
  const clock = handClock();
  const rows = [...claims];
  const reads = { claims: 0, lines: 0, profiles: 0 };
  const deps: AuthoriseDeps = {
    claims: claimSource(
      {
        readClaim: async wanted => {
          reads.claims += 1;
          return rows.find(row => row.id === wanted);
        },
        claimsOfLine: async (tenant, line) => {
          reads.lines += 1;
          return rows.filter(
            ({ asker, ...row }) =>
              asker.kind === "certificate" && asker.line === line && row.tenant === tenant,
          );
        },
      },
      { keepMs: 5_000, now: clock.now },
    ),
    profiles: profileSource(
      async name => {
        reads.profiles += 1;
        return name === gateway.name ? gateway : undefined;
      },
      { keepMs: 5_000, now: clock.now },
    ),
  };
  return { deps, clock, rows, reads };
}

const holderOf = (profile: string, holder = "line-1", tenant = "acme"): Caller => ({
  kind: "certificate",
  tenant,
  holder,
  profile,
  certificateId: "m1-0a",
  sha256: "c5".repeat(32),
});
const operator = (...scopes: readonly string[]): Caller => ({ kind: "operator", subject: "ada", scopes });
const tokenOf = (claimId: string, tenant = "acme"): Caller => ({ kind: "token", tenant, claimId });

const request = (parts: { profile?: string; tenant?: string; lot?: string; holder?: string } = {}) => ({
  holder: "device-1",
  profile: "device",
  csr: "(a CSR)",
  ...parts,
});

/** `granted` with the claims to draw on, or the refusal's code. */
async function decide(deps: AuthoriseDeps, caller: Caller, asked = request()): Promise<string> {
  try {
    const { claims } = await authorise(deps, caller, asked);
    return `granted${claims === undefined ? "" : ` on ${claims.map(claim => claim.id).join(" ")}`}`;
  } catch (error) {
    if (isAppError(error, "caller.forbidden")) return "forbidden";
    throw error;
  }
}

const everything = ["device", "partner", "factory", "origin", "gateway"];
const lineClaim = aClaim({ id: id("clm_line"), profiles: everything });
const tokenClaim = aClaim({
  id: id("clm_token"),
  profiles: everything,
  asker: { kind: "token", secretSha256: "5e".repeat(32) },
});

type Row = {
  readonly name: string;
  readonly caller: Caller;
  readonly may: readonly string[];
  readonly on: string;
};

// Each claim covers every profile, so that the profile's own word decides.
describe.each<Row>([
  { name: "a line", caller: holderOf("factory"), may: ["device"], on: " on clm_line" },
  {
    name: "a token",
    caller: tokenOf("clm_token"),
    may: ["device", "partner", "gateway"],
    on: " on clm_token",
  },
  {
    name: "an operator who may write",
    caller: operator("certificates:write"),
    may: ["device", "partner", "factory"],
    on: "",
  },
  { name: "an operator who may only read", caller: operator("certificates:read"), may: [], on: "" },
  { name: "a device", caller: holderOf("device"), may: [], on: "" },
  { name: "a partner", caller: holderOf("partner"), may: [], on: "" },
  { name: "a device that has the line's name", caller: holderOf("gateway", "line-1"), may: [], on: "" },
])("$name", ({ caller, may, on }) => {
  it.each(everything)("asks for the profile %s as the table says", async profile => {
    const { deps } = aWorld(lineClaim, tokenClaim);
    const expected = may.includes(profile) ? `granted${on}` : "forbidden";
    expect(await decide(deps, caller, request({ profile }))).toBe(expected);
  });
});

const scopes: readonly {
  readonly name: string;
  readonly scope: Partial<Claim>;
  readonly granted: readonly ReturnType<typeof request>[];
  readonly refused: readonly ReturnType<typeof request>[];
}[] = [
  {
    name: "of two lots",
    scope: { lots: ["w47", "w48"] },
    granted: [request({ lot: "w47" }), request({ lot: "w48" })],
    refused: [request({ lot: "w49" }), request({ lot: "W47" }), request()],
  },
  {
    name: "of any lot",
    scope: { lots: "any" },
    granted: [request({ lot: "w47" }), request()],
    refused: [],
  },
  {
    name: "of one holder",
    scope: { holders: ["device-1"] },
    granted: [request()],
    refused: [request({ holder: "device-2" }), request({ holder: "DEVICE-1" })],
  },
  {
    name: "of a profile of one's own",
    scope: { profiles: ["gateway"] },
    granted: [],
    refused: [request()],
  },
];

describe.each([
  { kind: "a line's", asker: lineClaim.asker, caller: holderOf("factory") },
  { kind: "a token's", asker: tokenClaim.asker, caller: tokenOf("clm_1") },
])("$kind claim", ({ asker, caller }) => {
  it.each(scopes)("$name grants that and nothing else", async ({ scope, granted, refused }) => {
    const { deps } = aWorld(aClaim({ id: id("clm_1"), asker, ...scope }));
    for (const asked of granted) expect(await decide(deps, caller, asked)).toBe("granted on clm_1");
    for (const asked of refused) expect(await decide(deps, caller, asked)).toBe("forbidden");
  });

  it("is nobody else's", async () => {
    const { deps } = aWorld(aClaim({ id: id("clm_1"), asker }));
    const others = [
      holderOf("factory", "line-2"),
      holderOf("factory", "line-1", "umbrella"),
      tokenOf("clm_2"),
    ];
    for (const other of others) expect(await decide(deps, other)).toBe("forbidden");
  });

  it("is for its own tenant, whatever the body says", async () => {
    const { deps } = aWorld(aClaim({ id: id("clm_1"), asker }));
    expect(await decide(deps, caller, request({ tenant: "umbrella" }))).toBe("forbidden");
    expect(await decide(deps, caller, request({ tenant: "acme" }))).toBe("granted on clm_1");
  });
});

describe("a line", () => {
  it("without a claim may enrol nothing, and hears what to do", async () => {
    await expect(authorise(aWorld().deps, holderOf("factory"), request())).rejects.toMatchObject({
      code: "caller.forbidden",
      data: { reason: expect.stringContaining("/v1/claims") },
    });
  });

  it("is not refused for a claim that was made a moment ago", async () => {
    const { deps, rows } = aWorld();
    expect(await decide(deps, holderOf("factory"))).toBe("forbidden");
    rows.push(aClaim({ id: id("clm_new") }));
    expect(await decide(deps, holderOf("factory"))).toBe("granted on clm_new");
  });

  it("draws on a claim in force before one that is not, and tries both", async () => {
    const { deps } = aWorld(
      aClaim({ id: id("clm_over"), expiresAt: fromNoon(-1) }),
      aClaim({ id: id("clm_off"), state: "disabled" }),
      aClaim({ id: id("clm_good") }),
    );
    expect(await decide(deps, holderOf("factory"))).toBe("granted on clm_good clm_over clm_off");
  });

  it("has its claims read once in five seconds, however much it enrols", async () => {
    const { deps, clock, reads } = aWorld(lineClaim);
    for (let count = 0; count < 50; count += 1) await decide(deps, holderOf("factory"));
    clock.forward(5_000);
    await decide(deps, holderOf("factory"));
    expect(reads.lines).toBe(1);
    clock.forward(1);
    await decide(deps, holderOf("factory"));
    expect(reads.lines).toBe(2);
  });

  it("keeps its claim when its certificate is renewed", async () => {
    const { deps } = aWorld(lineClaim);
    const renewed = { ...holderOf("factory"), certificateId: "m1-0b" };
    expect(await decide(deps, renewed)).toBe("granted on clm_line");
  });
});

describe("a profile that there is not", () => {
  it("is left to be told with whatever else is wrong", async () => {
    const grant = await authorise(
      aWorld().deps,
      operator("certificates:write"),
      request({ profile: "ghost" }),
    );
    expect(grant).toEqual({ tenant: undefined, profile: undefined });
  });

  it("is looked for again at once: somebody may just have recorded it", async () => {
    const { deps, reads } = aWorld();
    for (let count = 0; count < 3; count += 1) await deps.profiles.find("ghost");
    expect(reads.profiles).toBe(3);
  });
});

describe("a profile of one's own", () => {
  it("is read once in five seconds", async () => {
    const { deps, clock, reads } = aWorld();
    for (let count = 0; count < 10; count += 1) await deps.profiles.find("gateway");
    clock.forward(dayMs);
    await deps.profiles.find("gateway");
    expect(reads.profiles).toBe(2);
  });

  it("never stands in for a built-in one", async () => {
    const { deps, reads } = aWorld();
    for (const name of Object.keys(profiles)) {
      expect(isBuiltIn(name) && (await deps.profiles.find(name)) === profiles[name]).toBe(true);
    }
    expect([reads.profiles, isBuiltIn("constructor"), isBuiltIn("toString")]).toEqual([0, false, false]);
  });
});
