// What makes two requests the same one (invariant I2), and what may be asked at all.
import { describe, expect, it } from "vitest";
import {
  enrolRequestSchema,
  idempotencyKeySchema,
  idempotencyToken,
  identifyRequest,
} from "#core/enrolment/request.ts";
import { caArn } from "#support/records.ts";

type Request = Parameters<typeof identifyRequest>[0];

const request: Request = {
  tenant: "acme",
  principal: "holder:acme:line-1",
  idempotencyKey: undefined,
  holder: "device-1",
  profile: "device",
  lot: undefined,
  csrSha256: "c7".repeat(32),
};
const keyed: Request = { ...request, idempotencyKey: "key-1" };

const idOf = async (parts: Request): Promise<string> => (await identifyRequest(parts)).enrolmentId;
const digestOf = async (parts: Request): Promise<string> => (await identifyRequest(parts)).requestSha256;

describe("an enrolment's id", () => {
  it("is the prefix and 128 bits of a digest", async () => {
    expect(await idOf(request)).toMatch(/^enr_[0-9a-f]{32}$/);
  });

  it("is the same for the same key of the same principal and tenant, whatever else is asked", async () => {
    const other = {
      ...keyed,
      holder: "device-2",
      profile: "partner",
      lot: "lot-9",
      csrSha256: "c8".repeat(32),
    };
    expect(await idOf(other)).toBe(await idOf(keyed));
  });

  // A key is scoped to the principal that chose it (threat A9).
  it.each<{ readonly name: string; readonly parts: Partial<Request> }>([
    { name: "another line's", parts: { principal: "holder:acme:line-2" } },
    { name: "a claim token's", parts: { principal: "claim:clm_1" } },
    { name: "another tenant's", parts: { tenant: "umbrella" } },
    { name: "another", parts: { idempotencyKey: "key-2" } },
    { name: "no", parts: { idempotencyKey: undefined } },
  ])("is another for $name key", async ({ parts }) => {
    expect(await idOf({ ...keyed, ...parts })).not.toBe(await idOf(keyed));
  });

  it("without a key is the same for the same holder, profile and CSR, whoever of the tenant asks", async () => {
    expect(await idOf({ ...request, principal: "operator:ada" })).toBe(await idOf(request));
  });

  it.each<{ readonly name: string; readonly parts: Partial<Request> }>([
    { name: "tenant", parts: { tenant: "umbrella" } },
    { name: "holder", parts: { holder: "device-2" } },
    { name: "profile", parts: { profile: "partner" } },
    { name: "CSR", parts: { csrSha256: "c8".repeat(32) } },
  ])("without a key is another for another $name", async ({ parts }) => {
    expect(await idOf({ ...request, ...parts })).not.toBe(await idOf(request));
  });
});

describe("a request's digest", () => {
  it("is the same with a key and without, for any principal", async () => {
    expect(await digestOf({ ...keyed, principal: "operator:ada" })).toBe(await digestOf(request));
  });

  it.each<Partial<Request>>([
    { tenant: "umbrella" },
    { holder: "device-2" },
    { profile: "partner" },
    { lot: "lot-9" },
    { csrSha256: "c8".repeat(32) },
  ])("changes with %o, so that a key used again for it is a conflict", async parts => {
    expect(await digestOf({ ...keyed, ...parts })).not.toBe(await digestOf(keyed));
  });
});

describe("the CA's idempotency token", () => {
  const ask = { caArn, csrSha256: "c7".repeat(32), enrolmentId: "enr_1", attempt: 1 };

  it("is 36 hex digits, the most that the CA takes, and the same for the same ask", async () => {
    expect(await idempotencyToken(ask)).toMatch(/^[0-9a-f]{36}$/);
    expect(await idempotencyToken({ ...ask })).toBe(await idempotencyToken(ask));
  });

  it.each([
    { name: "attempt", parts: { attempt: 2 } },
    { name: "enrolment", parts: { enrolmentId: "enr_2" } },
    { name: "CSR", parts: { csrSha256: "c8".repeat(32) } },
    { name: "CA", parts: { caArn: `${caArn}0` } },
  ])("is another for another $name", async ({ parts }) => {
    expect(await idempotencyToken({ ...ask, ...parts })).not.toBe(await idempotencyToken(ask));
  });
});

describe("an enrolment request", () => {
  const body = { holder: "device-1", csr: "(a CSR)" };
  const problems = (input: unknown): readonly string[] =>
    enrolRequestSchema.safeParse(input).error?.issues.map(({ path }) => path.join("/")) ?? [];

  it("needs a holder and a CSR; the profile is device unless it says otherwise", () => {
    expect(enrolRequestSchema.parse(body)).toEqual({ ...body, profile: "device" });
  });

  it("may name a profile that somebody records later: whether there is one is found out when it is asked", () => {
    expect(enrolRequestSchema.parse({ ...body, profile: "gateway-2" }).profile).toBe("gateway-2");
  });

  it("may name profile, tenant and lot", () => {
    const whole = { ...body, profile: "partner", tenant: "acme", lot: "2026.03_a" };
    expect(enrolRequestSchema.parse(whole)).toEqual(whole);
  });

  it("is refused with everything wrong about it at once", () => {
    expect(problems({ holder: "", profile: "Root", tenant: "ACME", lot: "", csr: "" })).toEqual([
      "holder",
      "profile",
      "tenant",
      "lot",
      "csr",
    ]);
  });

  it.each([
    { name: "a member it does not know", input: { ...body, slot: 7 } },
    { name: "a member that every object has", input: { ...body, constructor: 1 } },
    { name: "an inherited holder", input: JSON.parse('{"csr":"x","__proto__":{"holder":"device-1"}}') },
    { name: "a list", input: [body] },
    { name: "nothing", input: null },
  ])("is refused as $name", ({ input }) => {
    expect(enrolRequestSchema.safeParse(input).success).toBe(false);
  });

  it.each([
    { length: 1, accepted: true },
    { length: 32_768, accepted: true },
    { length: 32_769, accepted: false },
    { length: 0, accepted: false },
  ])("with a CSR of $length characters: $accepted", ({ length, accepted }) => {
    expect(enrolRequestSchema.safeParse({ ...body, csr: "M".repeat(length) }).success).toBe(accepted);
  });
});

describe("an idempotency key", () => {
  it.each(["!", "~".repeat(128), "8e03978e-40d5-43dd-bc93-6894a57f9324"])("may be %s", key => {
    expect(idempotencyKeySchema.safeParse(key).success).toBe(true);
  });

  it.each(["", "~".repeat(129), "a b", "a\n", "é", "\u007f"])("may not be %j", key => {
    expect(idempotencyKeySchema.safeParse(key).success).toBe(false);
  });
});
