// Renewal as a whole, up to the intent: who may renew what, what the profile says of the request, what identifies it, and
// what is on record of a refusal. What the intent's transaction refuses is in tests/contract/registry/lineage.test.ts.
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import type { Caller } from "#core/caller.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { Enrolment } from "#core/enrolment/enrolment.ts";
import type { RecordedEnrolment, RenewedCertificate } from "#core/enrolment/ports.ts";
import { AppError } from "#core/error.ts";
import { type Profile, profiles } from "#core/profile/profile.ts";
import type { RenewDeps } from "#core/renewal/ports.ts";
import { type RenewInput, renewCertificate } from "#core/renewal/renew.ts";
import type { WindowMove } from "#core/renewal/window-move.ts";
import { sha256Hex } from "#core/sha256.ts";
import { slotText } from "#core/slot-page/slot.ts";
import { aCsr, aCsrPem, ecKey, rdn, rsaKey, type TestKey, toPem, toTestKey } from "#support/csr-builder.ts";
import { utf8String } from "#support/der-builder.ts";
import { dayMs, fromNoon } from "#support/fixed-time.ts";
import { aCertificate, anAuthority, anEnrolment, aSlot } from "#support/records.ts";

const inWindow = fromNoon(345 * dayMs);
const holder: Caller = {
  kind: "certificate",
  tenant: "acme",
  holder: "device-1",
  profile: "device",
  certificateId: aCertificate().id,
  sha256: aCertificate().sha256,
};
const operator: Caller = { kind: "operator", subject: "ada", scopes: ["certificates:write"] };

type Parts = {
  readonly certificate?: Partial<Certificate>;
  readonly profile?: Partial<Profile> | null;
  readonly moves?: readonly WindowMove[];
  readonly now?: Date;
};

/** A registry of one certificate; every intent is answered as one whose certificate has been issued. */
function aWorld({ certificate: parts = {}, profile = {}, moves = [], now = inWindow }: Parts = {}) {
  const certificate = aCertificate(parts);
  const intents: { readonly enrolment: Enrolment; readonly renewed: RenewedCertificate | undefined }[] = [];
  const known = new Map<string, RecordedEnrolment>();
  const refusals: AuditRecord[] = [];
  const reads = { moves: 0 };
  const deps = {
    registry: {
      readCertificate: async (id: string) => (id === certificate.id ? certificate : undefined),
      readEnrolment: async (id: string) => known.get(id),
      recordIntent: async (
        enrolment: Enrolment,
        _audit: AuditRecord,
        _claims: unknown,
        renewed?: RenewedCertificate,
      ) => {
        intents.push({ enrolment, renewed });
        const issued = anEnrolment({ ...enrolment, state: "issued", certificateId: certificate.id });
        const exists = known.get(enrolment.id);
        known.set(enrolment.id, exists ?? issued);
        return { kind: "exists", enrolment: exists ?? issued };
      },
    },
    slots: {
      take: async () => ({
        authority: anAuthority(),
        slot: aSlot(7),
        expiresBy: fromNoon(3_000 * dayMs),
        forExpectedHolder: false,
        giveBack: () => undefined,
      }),
      authorityById: async () => anAuthority(),
    },
    permits: { take: async () => undefined, giveBack: () => undefined, isCrowded: () => false },
    profiles: { find: async () => (profile === null ? undefined : { ...profiles.device, ...profile }) },
    readWindowMoves: async () => {
      reads.moves += 1;
      return moves;
    },
    refusals: { recordRefusal: async (audit: AuditRecord) => void refusals.push(audit) },
    now: () => now,
  };
  const renew = (input: Partial<RenewInput> = {}) =>
    // Only what comes before the CA is asked is reached, and only that is here.
    renewCertificate(deps as unknown as RenewDeps, {
      caller: holder,
      certificateId: certificate.id,
      csr: aCsrPem(),
      idempotencyKey: undefined,
      requestId: "request-1",
      ...input,
    });
  return { certificate, intents, known, refusals, reads, renew };
}

const codes = (error: unknown): unknown =>
  (error as { data: { findings: readonly { code: string }[] } }).data.findings.map(({ code }) => code);

async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "granted",
    error => error,
  );
}

const name = (type: string, value: string) => rdn(type, utf8String(value));
const spkiOf = (key: TestKey) => sha256Hex(key.spki);

describe("who may renew", () => {
  test("the holder of the certificate itself", async () => {
    const { renew, intents, certificate, reads } = aWorld();
    expect((await renew()).kind).toBe("issued");
    expect(intents[0]).toMatchObject({
      enrolment: { renews: certificate.id, holder: "device-1", tenant: "acme", profile: "device" },
      renewed: { id: certificate.id, version: certificate.version },
    });
    // The window is open by itself: whether somebody moved it does not matter.
    expect(reads.moves).toBe(0);
  });

  test.each([
    ["an operator", operator, "caller.forbidden"],
    ["another certificate of the tenant", { ...holder, certificateId: "m1-0b" }, "resource.not_found"],
    [
      "another tenant's certificate",
      { ...holder, certificateId: "m1-0b", tenant: "globex" },
      "resource.not_found",
    ],
  ] as const)("not %s", async (_who, caller, code) => {
    const { renew, intents } = aWorld();
    expect(await refusalOf(renew({ caller }))).toMatchObject({ code });
    expect(intents).toEqual([]);
  });

  test("nobody one that does not exist", async () => {
    const caller = { ...holder, certificateId: "m1-0c" };
    expect(await refusalOf(aWorld().renew({ caller, certificateId: "m1-0c" }))).toMatchObject({
      code: "resource.not_found",
    });
  });

  test("the lot is the certificate's own", async () => {
    const { renew, intents } = aWorld({ certificate: { lot: "w47" } });
    await renew();
    expect(intents[0]?.enrolment.lot).toBe("w47");
  });
});

describe("what the profile says", () => {
  const key = ecKey("prime256v1");
  const reused = async (keyReuse: "refuse" | "allow") =>
    aWorld({
      certificate: { spkiSha256: await spkiOf(key) },
      profile: { renewal: { ...profiles.device.renewal, keyReuse } },
    });

  test("the key it has is refused by default, and taken where the profile allows it", async () => {
    const refused = await refusalOf((await reused("refuse")).renew({ csr: aCsrPem({ key }) }));
    expect(codes(refused)).toEqual(["renewal.key_reused"]);
    expect((await (await reused("allow")).renew({ csr: aCsrPem({ key }) })).kind).toBe("issued");
  });

  test("all that is wrong is told at once, and is on record with the certificate that asked", async () => {
    const { renew, refusals, certificate } = await reused("refuse");
    const csr = toPem(aCsr({ key, subject: [name("2.5.4.3", "device-2")] }));
    expect(codes(await refusalOf(renew({ csr })))).toEqual(["requested.subject", "renewal.key_reused"]);
    expect(refusals).toMatchObject([
      {
        action: "enrolment.refused",
        facts: { renews: certificate.id, actorSha256: certificate.sha256, code: "enrolment.refused" },
      },
    ]);
  });

  test("the profile as it is now counts, not the one at issuance", async () => {
    const { renew } = aWorld({ profile: { keyTypes: ["p-384"] } });
    expect(codes(await refusalOf(renew()))).toEqual(["profile.key_type"]);
    expect(codes(await refusalOf(renew({ csr: aCsrPem({ key: rsaKey(2048) }) })))).toEqual([
      "profile.key_type",
    ]);
  });

  test("a profile that is gone renews nothing", async () => {
    expect(codes(await refusalOf(aWorld({ profile: null }).renew()))).toEqual(["profile.unknown"]);
  });

  test("the subject may repeat the slot that the holder has, as EST wants it, and no other", async () => {
    const { renew, certificate } = aWorld();
    const subject = (unit: string) =>
      toPem(aCsr({ subject: [name("2.5.4.11", unit), name("2.5.4.3", "device-1")] }));
    expect((await renew({ csr: subject(slotText(certificate.slot)) })).kind).toBe("issued");
    expect(codes(await refusalOf(renew({ csr: subject("ec-7") })))).toEqual(["requested.subject"]);
  });
});

describe("when", () => {
  test("before the window: refused with the time to wait, which is a circumstance and no decision", async () => {
    const { renew, refusals } = aWorld({ now: fromNoon(100 * dayMs) });
    const refused = await refusalOf(renew());
    expect(refused).toMatchObject({ code: "renewal.too_early" });
    const { start, retryAfterSeconds } = (refused as { data: { start: Date; retryAfterSeconds: number } })
      .data;
    expect(fromNoon(100 * dayMs + retryAfterSeconds * 1_000)).toEqual(start);
    expect(refusals).toEqual([]);
  });

  test("before the window, when its lot or authority was moved: granted", async () => {
    const now = fromNoon(100 * dayMs);
    const move = { from: now, spreadSeconds: 0, reason: "incident 7", at: now };
    expect((await aWorld({ now, moves: [move] }).renew()).kind).toBe("issued");
  });
});

describe("what makes two requests the same", () => {
  const key = ecKey("prime256v1");
  const otherKey = toTestKey(generateKeyPairSync("ec", { namedCurve: "P-256" }));

  test("the key: another CSR of it is the same renewal", async () => {
    const { renew, intents } = aWorld();
    await renew({ csr: aCsrPem({ key }) });
    await renew({ csr: aCsrPem({ key }) });
    await renew({ csr: aCsrPem({ key: otherKey }) });
    const [first, again, other] = intents.map(({ enrolment }) => enrolment.id);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test("the same key of another certificate is another renewal", async () => {
    const [one, two] = [aWorld(), aWorld({ certificate: { id: "m1-0b" as Certificate["id"] } })];
    await one.renew({ csr: aCsrPem({ key }) });
    await two.renew({ csr: aCsrPem({ key }), caller: { ...holder, certificateId: "m1-0b" } });
    expect(one.intents[0]?.enrolment.id).not.toBe(two.intents[0]?.enrolment.id);
  });

  test("an idempotency key: with another key it is a conflict", async () => {
    const { renew } = aWorld();
    await renew({ csr: aCsrPem({ key }), idempotencyKey: "one" });
    const again = renew({ csr: aCsrPem({ key: otherKey }), idempotencyKey: "one" });
    expect(await refusalOf(again)).toMatchObject({ code: "idempotency.conflict" });
  });

  test("one that was granted is answered again after its window moved on, and never once its lineage has ended", async () => {
    const { known, intents, renew } = aWorld();
    await renew({ csr: aCsrPem({ key }) });
    const repeat = async (parts: Parts) => {
      const later = aWorld(parts);
      const { id } = intents[0]?.enrolment ?? { id: "" };
      const granted = known.get(id);
      if (granted !== undefined) later.known.set(id, granted);
      const outcome = await refusalOf(later.renew({ csr: aCsrPem({ key }) }));
      return outcome instanceof AppError ? outcome.code : outcome;
    };
    expect(await repeat({ now: fromNoon(100 * dayMs) })).toBe("granted");
    expect(await repeat({ certificate: { renewalCount: 9 } })).toBe("granted");
    expect(await repeat({ certificate: { state: "held" } })).toBe("renewal.refused");
    expect(await repeat({ certificate: { state: "revoked" } })).toBe("renewal.refused");
  });
});
