// What falls due for a certificate and when, on both sides of each moment.
import { describe, expect, test } from "vitest";
import type { Certificate, CertificateId } from "#core/certificate/certificate.ts";
import { profiles } from "#core/profile/profile.ts";
import { renewalWindow } from "#core/renewal/window.ts";
import { type Due, nextDue } from "#core/rotation/due.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate, aSerial } from "#support/records.ts";

const { renewal } = profiles.device;
const notAfter = fromNoon(365 * dayMs);
const beforeEnd = (days: number, ms = 0): Date => new Date(notAfter.getTime() - days * dayMs + ms);
const end = new Date(notAfter.getTime() + 1_000);
const { start } = renewalWindow(aCertificate());

const successorId = "m1-0b" as CertificateId; // Ids are made of serials, which a test names more plainly.
const unseen = aCertificate({ id: successorId, serial: aSerial("0b") });
const seen = { ...unseen, lastSeenAt: fromNoon(300 * dayMs) };
const renewed = { renewedBy: successorId, renewalEnrolmentId: "enr_2" };

function due(now: Date, parts: Partial<Certificate> = {}, successor?: Certificate): Due {
  return nextDue({ certificate: aCertificate(parts), renewal, successor, now });
}

const noticesOf = (found: Due) =>
  found.kind === "notify"
    ? found.notices.map(notice => (notice.kind === "expiring" ? notice.expiresWithinDays : notice.kind))
    : found.kind;
const nextOf = (found: Due) => ("nextAt" in found ? found.nextAt : undefined);

describe("the renewal window of an active certificate", () => {
  test("is announced from the moment it opens, and not a millisecond before", () => {
    expect(due(new Date(start.getTime() - 1))).toEqual({ kind: "later", nextAt: start });
    expect(noticesOf(due(start))).toEqual(["renewal_due"]);
  });

  test("is announced once, and what comes next is the first threshold", () => {
    const told = due(start);
    expect(nextOf(told)).toEqual(beforeEnd(30));
    expect(told.kind === "notify" && told.announced).toEqual({ windowStart: start });
    expect(due(start, { announced: { windowStart: start } })).toEqual({
      kind: "later",
      nextAt: beforeEnd(30),
    });
  });

  test("is announced again when an operator has brought it forward", () => {
    const from = fromNoon(10 * dayMs);
    const windowMove = { from, spreadSeconds: 0, reason: "incident 7", at: from };
    expect(noticesOf(due(from, { windowMove }))).toEqual(["renewal_due"]);
    expect(noticesOf(due(from, { windowMove, announced: { windowStart: from } }))).toEqual("later");
  });

  test("is not announced again by a move that comes when it was open already", () => {
    const from = new Date(start.getTime() + dayMs);
    const windowMove = { from, spreadSeconds: 0, reason: "incident 7", at: from };
    expect(noticesOf(due(from, { windowMove, announced: { windowStart: start } }))).toEqual("later");
  });

  test("is not announced to a holder that has renewed", () => {
    expect(due(start, renewed, unseen)).toEqual({ kind: "later", nextAt: beforeEnd(30) });
  });
});

describe("a certificate that nears its end", () => {
  const announced = { windowStart: start };

  test.each([
    { days: 30, told: {}, before: "later", next: 14 },
    { days: 14, told: { expiringDays: 30 }, before: "later", next: 7 },
    { days: 7, told: { expiringDays: 14 }, before: "later", next: 1 },
  ])("is announced $days days before, and not a millisecond earlier", ({ days, told, before, next }) => {
    const parts = { announced: { ...announced, ...told } };
    expect(noticesOf(due(beforeEnd(days, -1), parts))).toEqual(before);
    const found = due(beforeEnd(days), parts);
    expect(noticesOf(found)).toEqual([days]);
    expect(nextOf(found)).toEqual(beforeEnd(next));
  });

  test("is next due when it is over, once the last threshold is told", () => {
    const found = due(beforeEnd(1), { announced: { ...announced, expiringDays: 7 } });
    expect(noticesOf(found)).toEqual([1]);
    expect(nextOf(found)).toEqual(end);
  });

  test("is announced once for a threshold", () => {
    expect(due(beforeEnd(13), { announced: { ...announced, expiringDays: 14 } })).toEqual({
      kind: "later",
      nextAt: beforeEnd(7),
    });
  });

  test("is announced for the most recent threshold alone when sweeps were missed, and its window with it", () => {
    const found = due(beforeEnd(5));
    expect(noticesOf(found)).toEqual(["renewal_due", 7]);
    expect(found.kind === "notify" && found.announced).toEqual({ windowStart: start, expiringDays: 7 });
    expect(nextOf(found)).toEqual(beforeEnd(1));
  });

  test("is announced with its successor while that was never seen at the edge", () => {
    const found = due(beforeEnd(30), renewed, unseen);
    expect(found.kind === "notify" && found.notices).toEqual([
      { kind: "expiring", expiresWithinDays: 30, successor: unseen },
    ]);
  });

  test.each([
    { what: "was seen", successor: seen },
    { what: "was renewed itself", successor: { ...unseen, renewalEnrolmentId: "enr_3" } },
    { what: "was superseded in its turn", successor: { ...unseen, state: "superseded" } as const },
  ])("is not announced when its successor $what", ({ successor }) => {
    expect(due(beforeEnd(1), renewed, successor)).toEqual({ kind: "later", nextAt: end });
  });

  test("is not announced for a threshold from before its window", () => {
    const short = { notAfter: fromNoon(10 * dayMs) };
    const opens = renewalWindow(aCertificate(short)).start;
    const found = due(opens, short);
    expect(noticesOf(found)).toEqual(["renewal_due"]);
    expect(nextOf(found)).toEqual(fromNoon(9 * dayMs));
  });
});

describe("the end", () => {
  test.each(["active", "held", "superseded"] as const)(
    "of one that is %s comes when its last second is over",
    state => {
      const parts = {
        state,
        supersededAt: fromNoon(364 * dayMs),
        renewalEnrolmentId: "enr_2",
        announced: { windowStart: start, expiringDays: 1 },
      };
      expect(due(new Date(end.getTime() - 1), parts).kind).toBe("later");
      expect(due(end, parts)).toEqual({ kind: "expire" });
    },
  );

  test.each(["expired", "revoked"] as const)("of one that is %s has come", state => {
    expect(due(end, { state })).toEqual({ kind: "over" });
  });
});

describe("a superseded certificate", () => {
  const supersededAt = fromNoon(250 * dayMs);
  const retireAt = fromNoon(257 * dayMs);
  const parts = { ...renewed, state: "superseded", supersededAt } as const;

  test("is retired when its overlap is over, and not a millisecond before", () => {
    expect(due(new Date(retireAt.getTime() - 1), parts, seen)).toEqual({ kind: "later", nextAt: retireAt });
    expect(due(retireAt, parts, seen)).toEqual({ kind: "retire" });
  });

  test("is retired at once when it was replaced before anybody used it", () => {
    const replaced = { state: "superseded", supersededAt, renewedBy: successorId } as const;
    expect(due(supersededAt, replaced, unseen)).toEqual({ kind: "retire" });
  });

  test("expires rather than being retired when that comes first", () => {
    const late = { ...parts, supersededAt: fromNoon(364 * dayMs) };
    expect(due(fromNoon(364 * dayMs), late, seen)).toEqual({ kind: "later", nextAt: end });
    expect(due(end, late, seen)).toEqual({ kind: "expire" });
  });
});

test("nothing is announced for one that is held", () => {
  expect(due(beforeEnd(1), { state: "held" })).toEqual({ kind: "later", nextAt: end });
});

describe("a hold with an end", () => {
  const heldUntil = (until: Date) =>
    ({ state: "held", hold: { reason: "inspection", heldAt: noon, actor: "operator:ada", until } }) as const;

  test("ends then, and not a millisecond before", () => {
    const until = fromNoon(10 * dayMs);
    expect(due(new Date(until.getTime() - 1), heldUntil(until))).toEqual({ kind: "later", nextAt: until });
    expect(due(until, heldUntil(until))).toEqual({ kind: "resume" });
  });

  test("ends with the certificate when that comes first", () => {
    const late = heldUntil(fromNoon(400 * dayMs));
    expect(due(beforeEnd(1), late)).toEqual({ kind: "later", nextAt: end });
    expect(due(end, late)).toEqual({ kind: "expire" });
  });
});

test("whatever is due, what comes next lies in the future", () => {
  for (let day = 0; day <= 366; day += 0.25) {
    const now = fromNoon(day * dayMs);
    const nextAt = nextOf(due(now));
    if (nextAt !== undefined) expect(nextAt.getTime()).toBeGreaterThan(now.getTime());
  }
  expect(nextOf(due(noon))).toEqual(start);
});
