// A roll-over goes one step at a time, forward or back, and never past what would refuse somebody who is valid.
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import { type Authority, type AuthorityState, authorityStates } from "#core/authority/authority.ts";
import type { Caller } from "#core/caller.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import { changeState } from "#core/roll-over/change-state.ts";
import { type AuthorityChange, authorityChanges } from "#core/roll-over/changes.ts";
import { dueForRehearsal } from "#core/roll-over/rehearse-due.ts";
import type { TrustStoreState } from "#core/trust-store/state.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aForeignAuthority, anAuthority } from "#support/records.ts";

const operator: Caller = { kind: "operator", subject: "ada", scopes: ["authorities:write"] };
const minuteMs = 60_000;

function live(...authorityIds: readonly string[]): TrustStoreState {
  const bundle = { sha256: "c5".repeat(32), certificates: authorityIds.length, authorityIds, ocsp: false };
  return { live: { ...bundle, since: noon }, distributions: [], version: 3 };
}

type World = {
  readonly authorities: readonly Authority[];
  readonly trustStore?: TrustStoreState;
  readonly liveCertificate?: string;
  readonly openEnrolment?: string;
  readonly nowMs?: number;
};

const sound = {
  rehearsal: { certificateId: "m2-0a", at: noon },
  provisionedSlots: 4096,
  nextSlot: 1,
} as const;
const m1 = (parts: Partial<Parameters<typeof anAuthority>[0]> = {}): Authority =>
  anAuthority({ id: "m1", ...parts });
const m2 = (parts: Partial<Parameters<typeof anAuthority>[0]> = {}): Authority =>
  anAuthority({ id: "m2", state: "prepared", ...sound, ...parts });

async function change(
  id: string,
  what: AuthorityChange,
  world: World,
  forcedBecause?: string,
  caller = operator,
) {
  const written: { to: AuthorityState; audit: AuditRecord; event: OutgoingEvent }[] = [];
  const jobs: string[] = [];
  const deps = {
    now: () => fromNoon(world.nowMs ?? 0),
    jobs: { recordRequest: async (audit: AuditRecord) => void jobs.push(audit.subject) },
    registry: {
      listAuthorities: async () => world.authorities,
      readTrustStore: async () => world.trustStore ?? live("m1", "m2", "p1"),
      findLiveCertificate: async () => world.liveCertificate,
      findOpenEnrolment: async () => world.openEnrolment,
      recordState: async (
        _: Authority,
        to: AuthorityState,
        __: Date,
        audit: AuditRecord,
        event: OutgoingEvent,
      ) => {
        written.push({ to, audit, event });
        return true;
      },
      recordRehearsal: async () => true,
      readSeen: async () => new Map(),
      recordAudit: async () => undefined,
    },
  };
  const input = { caller, id, change: what, forcedBecause, requestId: "r-1" };
  const outcome = await changeState(deps, input).then(
    ({ state }) => state,
    (error: { code: string; data: { findings?: readonly { code: string }[] } }) =>
      [error.code, ...(error.data.findings ?? []).map(({ code }) => code)].join(" "),
  );
  return { outcome, written, jobs };
}

const outcomeOf = async (...args: Parameters<typeof change>) => (await change(...args)).outcome;

describe("a change of state", () => {
  it("leads on from where the table says, and from nowhere else", async () => {
    const allowed: Readonly<Record<AuthorityChange, readonly AuthorityState[]>> = {
      prepare: ["active", "prepared"],
      activate: ["prepared", "draining", "active"],
      drain: ["active", "retired", "draining"],
      retire: ["draining", "prepared", "retired"],
    };
    for (const what of authorityChanges) {
      for (const state of authorityStates) {
        const outcome = await outcomeOf("m2", what, { authorities: [m1(), m2({ state })], nowMs: minuteMs });
        expect([what, state, outcome === "authority.wrong_state"]).toEqual([
          what,
          state,
          !allowed[what].includes(state),
        ]);
      }
    }
  });

  it("is recorded with its audit and its event", async () => {
    const { written } = await change("m2", "activate", { authorities: [m1(), m2()] });
    expect(written).toMatchObject([
      {
        to: "active",
        audit: {
          subject: "m2",
          action: "authority.state_changed",
          actor: "operator:ada",
          facts: { from: "prepared", to: "active" },
        },
        event: {
          detailType: "Authority State Changed",
          detail: { authority: "m2", from: "prepared", to: "active", actor: "operator:ada" },
        },
      },
    ]);
  });

  it("to the state that it is in writes nothing; prepare asks for another rehearsal", async () => {
    const again = await change("m1", "activate", { authorities: [m1()] });
    expect([again.outcome, again.written, again.jobs]).toEqual(["active", [], []]);
    const prepared = await change("m2", "prepare", { authorities: [m1(), m2()] });
    expect([prepared.outcome, prepared.written, prepared.jobs]).toEqual([
      "prepared",
      [],
      ["rehearse-authorities"],
    ]);
  });

  it("is an operator's with the scope, of an authority that exists", async () => {
    const reader: Caller = { ...operator, scopes: ["certificates:read"] };
    expect(await outcomeOf("m2", "activate", { authorities: [m1(), m2()] }, undefined, reader)).toBe(
      "caller.forbidden",
    );
    expect(await outcomeOf("m9", "activate", { authorities: [m1()] })).toBe("resource.not_found");
  });
});

describe("activate", () => {
  it.each([
    ["its CA is not in the bundle in force", m2(), live("m1"), "roll_over.not_trusted"],
    ["no bundle of ours was ever in force", m2(), { distributions: [], version: 1 }, "roll_over.not_trusted"],
    ["the edge has no page for it", m2({ nextSlot: 4096 }), live("m1", "m2"), "roll_over.no_pages"],
    ["it was never rehearsed", m2({ rehearsal: undefined }), live("m1", "m2"), "roll_over.not_rehearsed"],
  ])("is refused while %s, unless forced with a reason", async (_, authority, trustStore, code) => {
    const world = { authorities: [m1(), authority], trustStore };
    expect(await outcomeOf("m2", "activate", world)).toBe(`authority.interlocked ${code}`);
    const { outcome, written } = await change("m2", "activate", world, "the old CA's key is out");
    expect([outcome, written[0]?.audit.facts]).toEqual([
      "active",
      { from: "prepared", to: "active", forcedBecause: "the old CA's key is out", against: code },
    ]);
  });

  it("takes a rehearsal of a day ago, and none that is older", async () => {
    const authorities = [m1(), m2()];
    expect(await outcomeOf("m2", "activate", { authorities, nowMs: dayMs })).toBe("active");
    expect(await outcomeOf("m2", "activate", { authorities, nowMs: dayMs + 1 })).toBe(
      "authority.interlocked roll_over.not_rehearsed",
    );
  });

  it("brings a draining one back without a rehearsal, and an expired CA never", async () => {
    const draining = m2({ state: "draining", rehearsal: undefined });
    expect(await outcomeOf("m2", "activate", { authorities: [m1(), draining] })).toBe("active");
    const expired = { authorities: [m1(), m2({ notAfter: noon })] };
    expect(await outcomeOf("m2", "activate", expired, "we must")).toBe(
      "authority.interlocked roll_over.ca_expired",
    );
  });
});

describe("drain and prepare", () => {
  it.each(["drain", "prepare"] as const)("%s is refused where nobody else would issue", async what => {
    for (const other of [m2(), m2({ state: "active", exhaustedAt: noon }), aForeignAuthority()]) {
      const world = { authorities: [m1(), other] };
      expect(await outcomeOf("m1", what, world)).toBe("authority.interlocked roll_over.last_issuer");
    }
    const outcome = await outcomeOf("m1", what, { authorities: [m1(), m2({ state: "active" })] });
    expect(outcome).toBe(what === "drain" ? "draining" : "prepared");
  });
});

describe("retire", () => {
  const draining = m1({ state: "draining", stateChangedAt: noon });
  const authorities = [draining, m2({ state: "active" })];

  it("is refused while a certificate is in force or may still come, forced or not", async () => {
    const world = { authorities, nowMs: minuteMs, liveCertificate: "m1-0a", openEnrolment: "enr_1" };
    const refused = "authority.interlocked roll_over.enrolments_open roll_over.certificates_live";
    expect(await outcomeOf("m1", "retire", world)).toBe(refused);
    expect(await outcomeOf("m1", "retire", world, "in a hurry")).toBe(refused);
  });

  it("waits a minute for what was under way when it stopped issuing", async () => {
    expect(await outcomeOf("m1", "retire", { authorities, nowMs: minuteMs - 1 })).toBe(
      "authority.interlocked roll_over.settling",
    );
    expect(await outcomeOf("m1", "retire", { authorities, nowMs: minuteMs })).toBe("retired");
  });

  it("never leaves the trust bundle empty", async () => {
    const world = { authorities: [draining, m2({ state: "retired" })], nowMs: minuteMs };
    expect(await outcomeOf("m1", "retire", world, "all of it")).toBe(
      "authority.interlocked roll_over.last_trusted",
    );
  });

  it("of a partner's CA needs a reason, since nobody counts its clients", async () => {
    const world = { authorities: [m1(), aForeignAuthority({ state: "draining" })] };
    expect(await outcomeOf("p1", "retire", world)).toBe("authority.interlocked roll_over.clients_unknown");
    expect(await outcomeOf("p1", "retire", world, "the contract has ended")).toBe("retired");
  });
});

describe("a rehearsal is due", () => {
  const due = (parts: Parameters<typeof m2>[0], ms = 0, trusted = live("m2"), isAsked = false) =>
    dueForRehearsal([m2(parts)], trusted, fromNoon(ms), isAsked).length;

  it("of one that is prepared and trusted, when it had none for twelve hours or an operator asks", () => {
    expect(due({ rehearsal: undefined })).toBe(1);
    expect(due({}, dayMs / 2 - 1)).toBe(0);
    expect(due({}, dayMs / 2)).toBe(1);
    expect(due({}, 0, live("m2"), true)).toBe(1);
    expect(due({ rehearsal: undefined }, 0, live("m1"))).toBe(0);
    expect(due({ rehearsal: undefined, state: "active" })).toBe(0);
  });
});
