// Adopting a Private CA: only one that the edge can tell by its name, and whose certificates it can check.
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import type { Authority } from "#core/authority/authority.ts";
import type { CaDescription } from "#core/authority/describe-ca.ts";
import { registerAuthority } from "#core/authority/register.ts";
import { registerAuthoritySchema } from "#core/authority/registration.ts";
import type { Caller } from "#core/caller.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aForeignAuthority, anAuthority, caArn } from "#support/records.ts";
import { makeTestCa } from "#support/test-ca.ts";

const operator: Caller = { kind: "operator", subject: "ada", scopes: ["authorities:write"] };

function fakeRegistry(...known: readonly Authority[]) {
  const rows = new Map(known.map(authority => [authority.id, authority]));
  const audits: AuditRecord[] = [];
  const events: OutgoingEvent[] = [];
  return {
    rows,
    audits,
    listAuthorities: async () => [...rows.values()],
    events,
    insertAuthority: async (authority: Authority, audit: AuditRecord, event?: OutgoingEvent) => {
      if (rows.has(authority.id)) return false;
      rows.set(authority.id, authority);
      audits.push(audit);
      if (event !== undefined) events.push(event);
      return true;
    },
  };
}

async function aCa(parts: Partial<CaDescription> & { readonly name?: string } = {}): Promise<CaDescription> {
  const { name, ...rest } = parts;
  const { certificatePem } = await makeTestCa(name === undefined ? {} : { name });
  return { status: "ACTIVE", keyAlgorithm: "EC_prime256v1", certificatePem, chainPem: "(root)", ...rest };
}

const register = (
  registry: ReturnType<typeof fakeRegistry>,
  ca: CaDescription | undefined,
  caller: Caller = operator,
): Promise<Authority> =>
  registerAuthority(
    { registry, describeCa: async arn => (arn === caArn ? ca : undefined), now: () => noon },
    { caller, registration: { kind: "managed", id: "m1", caArn }, requestId: "request-1" },
  );

const unsuitable = (...codes: readonly string[]) => ({
  code: "authority.unsuitable",
  data: { findings: codes.map(code => ({ code, pointer: "/caArn" })) },
});

describe("a Private CA", () => {
  it("becomes an active authority without pages, recorded with its audit", async () => {
    const registry = fakeRegistry();
    const ca = await aCa();
    const authority = await register(registry, ca);
    expect(authority).toEqual({
      id: "m1",
      state: "active",
      kind: "managed",
      layout: "slots",
      caArn,
      keyAlgorithm: "EC_prime256v1",
      issuerDn: "CN=Device CA,O=Edgecert Test",
      certificatePem: ca.certificatePem,
      chainPem: "(root)\n",
      notAfter: fromNoon(3650 * dayMs),
      pins: [expect.stringMatching(/^[A-Za-z0-9+/]{22}$/)],
      notBeforeFloor: 0,
      firstLiveSlot: 0,
      clearedSlots: 0,
      nextSlot: 0,
      provisionedSlots: 0,
      wantedSlots: 0,
      version: 1,
    });
    expect([...registry.rows.values()]).toEqual([authority]);
    expect(registry.audits).toEqual([
      {
        subject: "m1",
        action: "authority.registered",
        actor: "operator:ada",
        requestId: "request-1",
        at: noon,
        facts: { kind: "managed", caArn, issuerDn: "CN=Device CA,O=Edgecert Test" },
      },
    ]);
  });

  it("that is not the first is prepared: it issues when its roll-over says so", async () => {
    const registry = fakeRegistry(anAuthority({ id: "m0", state: "retired", issuerDn: "CN=First CA" }));
    expect(await register(registry, await aCa())).toMatchObject({ id: "m1", state: "prepared" });
    expect(registry.audits[0]?.facts).toMatchObject({ state: "prepared" });
    expect(registry.events).toMatchObject([
      { detailType: "Authority State Changed", detail: { authority: "m1", to: "prepared" } },
    ]);
  });

  it("beside partners' alone is active: somebody must issue", async () => {
    const registry = fakeRegistry(aForeignAuthority());
    expect(await register(registry, await aCa())).toMatchObject({ state: "active" });
  });

  it("that would be one too many for the trust store is refused", async () => {
    const others = await Promise.all(
      Array.from({ length: 25 }, async (_, index) => {
        const { certificatePem } = await makeTestCa({ name: `CN=Other ${index}` });
        return anAuthority({ id: `o${index}`, issuerDn: `CN=Other ${index}`, certificatePem });
      }),
    );
    const registry = fakeRegistry(...others);
    await expect(register(registry, await aCa())).rejects.toMatchObject({
      code: "authority.unsuitable",
      data: { findings: [{ code: "trust_bundle.too_many" }] },
    });
    expect(registry.rows.size).toBe(25);
  });

  it("that is a root has no chain, not even an empty line", async () => {
    expect(await register(fakeRegistry(), await aCa({ chainPem: "" }))).toMatchObject({ chainPem: "" });
  });

  it.each(["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1"])(
    "may sign with %s",
    async keyAlgorithm => {
      expect(await register(fakeRegistry(), await aCa({ keyAlgorithm }))).toMatchObject({ keyAlgorithm });
    },
  );

  it.each(["EC_secp521r1", "SM2", "ML_DSA_65"])("that signs with %s is refused", async keyAlgorithm => {
    const registry = fakeRegistry();
    await expect(register(registry, await aCa({ keyAlgorithm }))).rejects.toMatchObject(
      unsuitable("authority.key_algorithm"),
    );
    expect(registry.rows.size).toBe(0);
  });

  it.each(["DISABLED", "PENDING_CERTIFICATE", "EXPIRED", "DELETED"])(
    "that is %s is refused",
    async status => {
      await expect(register(fakeRegistry(), await aCa({ status }))).rejects.toMatchObject(
        unsuitable("authority.ca_inactive"),
      );
    },
  );

  it("that is not there is refused", async () => {
    await expect(register(fakeRegistry(), undefined)).rejects.toMatchObject(
      unsuitable("authority.ca_absent"),
    );
  });

  // A name that two renderers may print differently is unknown at the edge under one of them.
  it.each(["CN=Acme\\, Inc", "CN=Acme + Co", "CN=Größe", "E=ca@example.com", "CN=A, O=B+OU=C"])(
    "named %s is refused",
    async name => {
      await expect(register(fakeRegistry(), await aCa({ name }))).rejects.toMatchObject(
        unsuitable("authority.name"),
      );
    },
  );

  it("is refused with everything wrong about it at once", async () => {
    const ca = await aCa({ status: "DISABLED", keyAlgorithm: "SM2", name: "CN=Größe" });
    await expect(register(fakeRegistry(), ca)).rejects.toMatchObject(
      unsuitable("authority.ca_inactive", "authority.key_algorithm", "authority.name"),
    );
  });
});

describe("a name", () => {
  it("belongs to one authority, in whatever order its attributes stand: the edge knows issuers by name", async () => {
    const known = anAuthority({ id: "m0", issuerDn: "CN=Device CA,O=Edgecert Test" });
    const ca = await aCa({ name: "O=Edgecert Test, CN=Device CA" });
    await expect(register(fakeRegistry(known), ca)).rejects.toMatchObject(unsuitable("authority.name_taken"));
  });

  it("stays taken by an authority that has been retired", async () => {
    const known = anAuthority({ id: "m0", state: "retired" });
    await expect(register(fakeRegistry(known), await aCa())).rejects.toMatchObject(
      unsuitable("authority.name_taken"),
    );
  });

  it("that is another's but for a word is free", async () => {
    const known = anAuthority({ id: "m0", issuerDn: "CN=Device CA 2,O=Edgecert Test" });
    expect(await register(fakeRegistry(known), await aCa())).toMatchObject({ id: "m1" });
  });
});

describe("an id", () => {
  it("is never used again, not even for the same CA", async () => {
    const registry = fakeRegistry(anAuthority({ state: "retired" }));
    await expect(register(registry, await aCa())).rejects.toMatchObject({
      code: "authority.exists",
      data: { authorityId: "m1" },
    });
    expect(registry.audits).toEqual([]);
  });

  it.each(["m1", "a1", "abcdefgh"])("may be %s", id => {
    expect(registerAuthoritySchema.safeParse({ id, caArn }).success).toBe(true);
  });

  // `a` and `s` begin other keys of the store, and a `-` would split a certificate's id in two ways.
  it.each(["a", "s", "M1", "1m", "m-1", "m.1", "abcdefghi", "m1\n", ""])("may not be %j", id => {
    expect(registerAuthoritySchema.safeParse({ id, caArn }).success).toBe(false);
  });
});

describe("the ARN of a Private CA", () => {
  it.each([caArn, caArn.replace("arn:aws:", "arn:aws-cn:").replace("us-east-1", "cn-north-1")])(
    "may be %s",
    arn => {
      expect(registerAuthoritySchema.safeParse({ id: "m1", caArn: arn }).success).toBe(true);
    },
  );

  it.each([
    `${caArn}/certificate/01`,
    caArn.replace("acm-pca", "acm"),
    caArn.replace("111122223333", "1111"),
    ` ${caArn}`,
    `${caArn}\n`,
  ])("may not be %j", arn => {
    expect(registerAuthoritySchema.safeParse({ id: "m1", caArn: arn }).success).toBe(false);
  });
});

describe("registering", () => {
  it.each<{ readonly name: string; readonly caller: Caller }>([
    { name: "an operator without the scope", caller: { ...operator, scopes: ["certificates:write"] } },
    {
      name: "a factory",
      caller: {
        kind: "certificate",
        tenant: "acme",
        holder: "f",
        profile: "factory",
        certificateId: "m1-0a",
        sha256: "",
      },
    },
  ])("is not for $name, who is not told whether the CA exists", async ({ caller }) => {
    const registry = fakeRegistry();
    await expect(register(registry, undefined, caller)).rejects.toMatchObject({ code: "caller.forbidden" });
    expect(registry.rows.size).toBe(0);
  });
});
