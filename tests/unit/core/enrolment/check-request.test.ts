// What a request becomes once it is granted, and that all which is wrong with it is told at once.
import { beforeAll, describe, expect, it } from "vitest";
import type { Caller } from "#core/caller.ts";
import { checkRequest } from "#core/enrolment/enrol.ts";
import type { Noted } from "#core/enrolment/record-refusal.ts";
import { type Profile, profiles } from "#core/profile/profile.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { aClaim } from "#support/records.ts";

const gateway: Profile = {
  ...profiles.device,
  name: "gateway",
  lifetimeDays: 30,
  keyTypes: ["rsa-2048"],
  altNames: [
    { kind: "uri", template: "urn:edgecert:{tenant}:{holder}" },
    { kind: "dns", template: "{holder}.{tenant}.devices.example" },
  ],
};
const lax: Profile = { ...gateway, name: "lax", keyTypes: ["p-256"], onUnexpected: "ignore" };

const operator: Caller = { kind: "operator", subject: "ada", scopes: ["certificates:write"] };
const line: Caller = {
  kind: "certificate",
  tenant: "acme",
  holder: "line-1",
  profile: "factory",
  certificateId: "m1-0a",
  sha256: "c5".repeat(32),
};

let csr: string;
beforeAll(async () => {
  csr = (await makeKeyAndCsr("device-1")).csr;
});

async function check(caller: Caller, parts: object = {}, idempotencyKey?: string) {
  let noted: Noted = {};
  const request = { holder: "device-1", profile: "device", csr, ...parts };
  const result = await checkRequest(
    {
      claims: { find: async () => undefined, covering: async () => [aClaim()] },
      profiles: {
        find: async name =>
          [gateway, lax, ...Object.values<Profile>(profiles)].find(known => known.name === name),
      },
    },
    { caller, request, idempotencyKey },
    more => {
      noted = { ...noted, ...more, facts: { ...noted.facts, ...more.facts } };
    },
  ).catch((error: unknown) => error);
  return { result, noted };
}

const refusedWith = (code: string, ...findings: readonly string[]) => ({
  code,
  data: { findings: findings.map(finding => expect.objectContaining({ code: finding })) },
});

describe("a request that is granted", () => {
  it("takes lifetime, window and alternative names from the profile, and its claim from the caller", async () => {
    const { result } = await check(line, { profile: "lax", lot: "w47" });
    expect(result).toMatchObject({
      tenant: "acme",
      holder: "device-1",
      profile: "lax",
      lot: "w47",
      lifetimeDays: 30,
      opensAtPercent: 66,
      altNames: [
        { kind: "uri", value: "urn:edgecert:acme:device-1" },
        { kind: "dns", value: "device-1.acme.devices.example" },
      ],
      actor: "certificate:m1-0a",
      claims: [{ id: "clm_000000000000000000000001", shards: 13 }],
      facts: { actorSha256: "c5".repeat(32) },
    });
  });

  it("of an operator's draws on no claim", async () => {
    const { result } = await check(operator, { tenant: "acme" });
    expect(result).not.toHaveProperty("claims");
  });

  it("under a line's key is the same request after the line has renewed its certificate", async () => {
    const before = await check(line, {}, "key-1");
    const after = await check({ ...line, certificateId: "m1-0b", sha256: "c6" }, {}, "key-1");
    const id = ({ result }: typeof before) => (result as { readonly id?: string }).id;
    expect(id(before)).toMatch(/^enr_/);
    expect(id(after)).toBe(id(before));
  });
});

describe("all that is wrong is told at once", () => {
  const unsound = "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n";

  it("to an operator who names no tenant, with what is wrong with the CSR", async () => {
    const { result } = await check(operator, { csr: unsound });
    expect(result).toMatchObject({ code: "request.malformed" });
    const codes = (result as { data: { findings: { code: string }[] } }).data.findings.map(
      ({ code }) => code,
    );
    expect(codes[0]).toBe("tenant.missing");
    expect(codes.length).toBeGreaterThan(1);
  });

  it("to an operator who names no tenant and no profile that there is", async () => {
    const { result } = await check(operator, { profile: "ghost" });
    expect(result).toMatchObject(refusedWith("request.malformed", "tenant.missing", "profile.unknown"));
  });

  it("of a profile that there is not: a finding, not a fault", async () => {
    const { result } = await check(operator, { tenant: "acme", profile: "ghost" });
    expect(result).toMatchObject(refusedWith("enrolment.refused", "profile.unknown"));
  });

  it("of a key type and a holder that the profile has no name for", async () => {
    const holder = "Device_1";
    const own = (await makeKeyAndCsr(holder)).csr;
    const { result } = await check(operator, { tenant: "acme", profile: "gateway", holder, csr: own });
    expect(result).toMatchObject(
      refusedWith("enrolment.refused", "profile.key_type", "profile.alternative_name"),
    );
  });

  it("of a name that is another holder's, unless the profile overlooks it: then it is not issued", async () => {
    const asked = { tenant: "acme", holder: "device-2" };
    const strict = await check(operator, asked);
    expect(strict.result).toMatchObject(refusedWith("enrolment.refused", "requested.subject"));
    const overlooked = await check(operator, { ...asked, profile: "lax" });
    expect(overlooked.result).toMatchObject({
      holder: "device-2",
      altNames: [{ value: "urn:edgecert:acme:device-2" }, { value: "device-2.acme.devices.example" }],
    });
  });
});

describe("what is known of a request by the time it is refused", () => {
  it("is who it is for, and the hashes of key and CSR, of a caller who may not ask too", async () => {
    const { noted } = await check({ ...line, profile: "device" });
    expect(noted.facts).toEqual({
      holder: "device-1",
      profile: "device",
      lot: undefined,
      csrSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      spkiSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});
