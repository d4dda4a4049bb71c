// Nobody known is refused without a record (threat A5), and no record grows with what was posted.
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import type { Caller } from "#core/caller.ts";
import { type Noted, recordingRefusals } from "#core/enrolment/record-refusal.ts";
import { AppError, type Code, type ErrorData, fail } from "#core/error.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import { noon } from "#support/fixed-time.ts";

const line: Caller = {
  kind: "certificate",
  tenant: "acme",
  holder: "line-1",
  profile: "factory",
  certificateId: "m1-0a",
  sha256: "c5".repeat(32),
};

function aWorld({ fails = false }: { fails?: boolean } = {}) {
  const records: AuditRecord[] = [];
  const events: OutgoingEvent[] = [];
  const deps = {
    refusals: {
      recordRefusal: async (audit: AuditRecord, event: OutgoingEvent) => {
        if (fails) throw new Error("the table does not answer");
        records.push(audit);
        events.push(event);
      },
    },
    now: () => noon,
  };
  const refuse = <C extends Code>(code: C, data: ErrorData[C], noted: Noted = {}, caller = line, part = "") =>
    recordingRefusals(deps, { caller, requestId: "request-1", part }, async note => {
      note(noted);
      return fail(code, data);
    });
  return { records, events, refuse, deps };
}

const findings = [
  { code: "csr.signature_invalid", detail: "it does not verify", pointer: "/csr" },
  { code: "requested.ca", detail: "CA:TRUE", pointer: "/csr" },
  { code: "requested.ca", detail: "keyCertSign", pointer: "/csr" },
];

describe("a refusal", () => {
  it("is on record with who asked, by which certificate, for what, and why, and is passed on as it was", async () => {
    const { records, refuse } = aWorld();
    const noted = {
      enrolmentId: "enr_1",
      tenant: "acme",
      facts: { holder: "device-1", csrSha256: "c7".repeat(32), spkiSha256: undefined },
    };
    await expect(refuse("enrolment.refused", { findings }, noted)).rejects.toMatchObject({
      code: "enrolment.refused",
      data: { findings },
    });
    expect(records).toEqual([
      {
        subject: "enr_1",
        action: "enrolment.refused",
        actor: "certificate:m1-0a",
        tenant: "acme",
        requestId: "request-1",
        at: noon,
        facts: {
          actorSha256: "c5".repeat(32),
          holder: "device-1",
          csrSha256: "c7".repeat(32),
          code: "enrolment.refused",
          findings: "csr.signature_invalid requested.ca",
        },
      },
    ]);
  });

  it.each<{ readonly code: Code; readonly data: ErrorData[Code]; readonly facts: object }>([
    { code: "caller.forbidden", data: { reason: "no claim" }, facts: { reason: "no claim" } },
    { code: "claim.exhausted", data: { claimId: "clm_1" }, facts: { claim: "clm_1" } },
    {
      code: "claim.inactive",
      data: { claimId: "clm_1", reason: "disabled" },
      facts: { claim: "clm_1", reason: "disabled" },
    },
    { code: "enrolment.key_in_use", data: { spkiSha256: "5b" }, facts: {} },
    { code: "enrolment.key_blocked", data: { spkiSha256: "5b" }, facts: {} },
    { code: "idempotency.conflict", data: { belongsTo: "enr_1" }, facts: {} },
    { code: "lot.revoked", data: { lot: "w47" }, facts: {} },
    { code: "request.malformed", data: { findings: [] }, facts: {} },
    { code: "request.too_large", data: { limitBytes: 1 }, facts: {} },
  ])("as $code is a decision", async ({ code, data, facts }) => {
    const { records, refuse } = aWorld();
    await expect(refuse(code, data)).rejects.toMatchObject({ code });
    expect(records).toMatchObject([{ facts: { code, ...facts } }]);
  });

  it.each<{ readonly code: Code; readonly data: ErrorData[Code] }>([
    { code: "registry.busy", data: { retryAfterSeconds: 1 } },
    { code: "ca.throttled", data: { retryAfterSeconds: 1 } },
    { code: "authority.unavailable", data: { retryAfterSeconds: 1, reason: "none" } },
    { code: "enrolment.failed", data: { enrolmentId: "enr_1" } },
    { code: "internal", data: {} },
  ])("as $code is none: it may be another one in a second, or was told before", async ({ code, data }) => {
    const { records, refuse } = aWorld();
    await expect(refuse(code, data)).rejects.toMatchObject({ code });
    expect(records).toEqual([]);
  });

  it("that cannot be recorded is not told: the caller hears that the registry is busy", async () => {
    const { refuse } = aWorld({ fails: true });
    await expect(refuse("caller.forbidden", { reason: "no claim" })).rejects.toMatchObject({
      code: "registry.busy",
      cause: new Error("the table does not answer"),
    });
  });

  it("holds at most 1,024 characters of anything", async () => {
    const { records, refuse } = aWorld();
    const facts = { holder: "x".repeat(5_000) };
    await expect(refuse("caller.forbidden", { reason: "y".repeat(5_000) }, { facts })).rejects.toThrow();
    expect(Object.values(records[0]?.facts ?? {}).map(fact => fact.length)).toEqual([64, 1_024, 16, 1_024]);
  });

  it("of a request without an identity has a subject of its own for each part of the call", async () => {
    const { records, refuse } = aWorld();
    for (const part of ["1", "2", "1"])
      await expect(refuse("request.malformed", { findings: [] }, {}, line, part)).rejects.toThrow();
    const [first, second, again] = records.map(({ subject }) => subject);
    expect(first).toMatch(/^req_[0-9a-f]{32}$/);
    expect([second === first, again === first]).toEqual([false, true]);
  });

  it("of an operator belongs to the tenant that was named, if any", async () => {
    const { records, refuse } = aWorld();
    const caller: Caller = { kind: "operator", subject: "ada", scopes: [] };
    for (const tenant of ["umbrella", undefined])
      await expect(refuse("caller.forbidden", { reason: "-" }, { tenant }, caller)).rejects.toThrow();
    expect(records.map(({ tenant }) => tenant)).toEqual(["umbrella", undefined]);
  });

  it("is told as an event that names the record, not what was posted", async () => {
    const { events, refuse } = aWorld();
    const noted = { enrolmentId: "enr_1", facts: { holder: "device-1", profile: "device" } };
    await expect(refuse("enrolment.refused", { findings }, noted)).rejects.toThrow();
    expect(events).toEqual([
      {
        detailType: "Enrolment Refused",
        detail: {
          version: "1",
          subject: "enr_1",
          tenant: "acme",
          actor: "certificate:m1-0a",
          code: "enrolment.refused",
          findings: ["csr.signature_invalid", "requested.ca"],
          holder: "device-1",
          profile: "device",
          requestId: "request-1",
          refusedAt: "2026-03-01T12:00:00Z",
        },
      },
    ]);
  });
});

describe("what is not a refusal", () => {
  it("leaves no record: neither an answer nor a fault", async () => {
    const { deps, records } = aWorld();
    const about = { caller: line, requestId: "request-1" };
    expect(await recordingRefusals(deps, about, async () => "granted")).toBe("granted");
    const fault = Promise.reject(new Error("a bug"));
    await expect(recordingRefusals(deps, about, () => fault)).rejects.toThrow("a bug");
    await expect(
      recordingRefusals(deps, about, async () => {
        throw new AppError("ca.unavailable", { retryAfterSeconds: 1 });
      }),
    ).rejects.toMatchObject({ code: "ca.unavailable" });
    expect(records).toEqual([]);
  });
});
