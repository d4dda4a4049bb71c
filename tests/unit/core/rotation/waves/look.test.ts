// What has become of announced certificates, and what is to be announced at all.
import { describe, expect, test } from "vitest";
import type { Certificate, CertificateId } from "#core/certificate/certificate.ts";
import { lookAt } from "#core/rotation/waves/look.ts";
import { carriesMove, judgeCandidate, moveOf, nextLook, type WavePart } from "#core/rotation/waves/part.ts";
import { dayMs, fromNoon, minuteMs, noon } from "#support/fixed-time.ts";
import { aCertificate } from "#support/records.ts";
import { aPart, aRotation } from "./a-rotation.ts";

const old = "m1-0a" as CertificateId; // Short names for what the registry would call by serial.
const successor = "m1-0b" as CertificateId;
const newest = "m1-0c" as CertificateId;
const later = fromNoon(minuteMs);
const late = fromNoon(dayMs);
const nothing = { renewed: 0, seen: 0, failed: 0, withdrawn: 0, done: 0 };

function look(
  member: WavePart["members"][string],
  certificates: readonly Partial<Certificate>[],
  now = later,
) {
  const byId = new Map(certificates.map(parts => [String(parts.id), aCertificate(parts)]));
  const { part, found } = lookAt(aPart({ [old]: member }), byId, now);
  return { found, member: part.members[old] };
}

describe("a certificate that is awaited", () => {
  test("stays so while nothing has become of it", () => {
    expect(look("awaited", [{ id: old }])).toEqual({ found: nothing, member: "awaited" });
  });

  test("is failed at its deadline, and not a moment before", () => {
    const before = new Date(late.getTime() - 1);
    expect(look("awaited", [{ id: old }], before).member).toBe("awaited");
    expect(look("awaited", [{ id: old }], late).found).toEqual({ ...nothing, failed: 1, done: 1 });
  });

  test("is failed when it expires first", () => {
    const found = { ...nothing, failed: 1, done: 1 };
    expect(look("awaited", [{ id: old, notAfter: later }]).found).toEqual(found);
  });

  test("is renewed once it has a successor, which is then watched until it is seen", () => {
    const certificates = [{ id: old, renewedBy: successor }, { id: successor }];
    expect(look("awaited", certificates)).toEqual({ found: { ...nothing, renewed: 1 }, member: successor });
  });

  test("is renewed and seen at one look when both have happened", () => {
    const certificates = [
      { id: old, renewedBy: successor },
      { id: successor, lastSeenAt: later },
    ];
    expect(look("awaited", certificates).found).toEqual({ ...nothing, renewed: 1, seen: 1, done: 1 });
  });

  test("is renewed in time when that is found at the deadline", () => {
    const certificates = [{ id: old, renewedBy: successor }, { id: successor }];
    expect(look("awaited", certificates, late).found).toEqual({ ...nothing, renewed: 1, done: 1 });
  });

  test("is withdrawn when it is revoked, and when it is still held at its deadline", () => {
    const withdrawn = { ...nothing, withdrawn: 1, done: 1 };
    expect(look("awaited", [{ id: old, state: "revoked" }]).found).toEqual(withdrawn);
    expect(look("awaited", [{ id: old, state: "held" }])).toEqual({ found: nothing, member: "awaited" });
    expect(look("awaited", [{ id: old, state: "held" }], late).found).toEqual(withdrawn);
  });
});

describe("a successor", () => {
  test("that was replaced before anybody used it hands over to the newest", () => {
    expect(look(successor, [{ id: successor, state: "superseded", renewedBy: newest }])).toEqual({
      found: nothing,
      member: newest,
    });
  });

  test.each([
    ["seen", { lastSeenAt: later }, later, 1],
    ["revoked", { state: "revoked" }, later, 0],
    ["out of time", {}, late, 0],
  ] as const)("is watched no more when it is %s", (_what, parts, now, seen) => {
    expect(look(successor, [{ id: successor, ...parts }], now)).toEqual({
      found: { ...nothing, seen, done: 1 },
      member: undefined,
    });
  });
});

describe("the looks", () => {
  const after = (ms: number) => nextLook(aPart({}), fromNoon(ms)).getTime() - noon.getTime() - ms;
  test("come each minute at first, and later after a fifth of the time that has passed", () => {
    expect([0, 5 * minuteMs, 10 * minuteMs].map(after)).toEqual([minuteMs, minuteMs, 2 * minuteMs]);
  });

  test("do not miss the deadline", () => {
    expect(after(dayMs - 1_000)).toBe(1_000);
  });

  test("are 40 in two days", () => {
    const part = aPart({}, { deadline: fromNoon(2 * dayMs) });
    let looks = 0;
    for (let now = noon; now < part.deadline; now = nextLook(part, now)) looks += 1;
    expect(looks).toBe(40);
  });
});

describe("a certificate whose turn it is", () => {
  const rotation = aRotation({ createdAt: later });
  test.each([
    ["is announced", {}, "announce"],
    ["is the rotation's outcome when it was issued with it or later", { issuedAt: later }, "newer"],
    ["is covered when it was issued a moment before", { issuedAt: fromNoon(minuteMs - 1) }, "announce"],
    ["is left alone when it has a successor", { renewedBy: successor }, "renewed"],
    ["is left alone when it is held", { state: "held" }, "held"],
    ["is left alone when it is revoked", { state: "revoked" }, "revoked"],
    ["is left alone when it is superseded", { state: "superseded" }, "superseded"],
    ["is left alone when it is marked expired", { state: "expired" }, "expired"],
    ["is left alone when it has expired unmarked", { notAfter: late }, "expired"],
  ] as const)("%s", (_what, parts, verdict) => {
    expect(judgeCandidate(aCertificate(parts), rotation, late)).toBe(verdict);
  });

  test("is known by its move when an earlier run has told its holder", () => {
    const move = moveOf(rotation, { at: later });
    expect(carriesMove(aCertificate({ windowMove: move }), move)).toBe(true);
    expect(carriesMove(aCertificate(), move)).toBe(false);
    const another = { ...move, at: noon };
    expect(carriesMove(aCertificate({ windowMove: another }), move)).toBe(false);
  });
});
