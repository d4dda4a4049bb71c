// The renewal window: where it lies in a life, how a fleet spreads over it, and how operators bring it forward.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renewalWindow, retryAfterSeconds, type Windowed } from "#core/renewal/window.ts";
import { spreadFor, type WindowMove } from "#core/renewal/window-move.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";

const first = "0".repeat(64);
const last = "f".repeat(64);
const hourMs = 3_600_000;

function aYear(sha256: string, parts: Partial<Windowed> = {}): Windowed {
  return {
    sha256,
    notBefore: noon,
    notAfter: fromNoon(365 * dayMs),
    issuedAt: noon,
    opensAtPercent: 66,
    ...parts,
  };
}

function aMove(parts: Partial<WindowMove> = {}): WindowMove {
  return {
    from: fromNoon(10 * dayMs),
    spreadSeconds: 0,
    reason: "incident 7",
    at: fromNoon(9 * dayMs),
    ...parts,
  };
}

describe("the window that a profile gives", () => {
  test("of the first in a fleet opens at the profile's share of life, and lasts an eighth of the span", () => {
    const { start, end } = renewalWindow(aYear(first));
    expect(start).toEqual(fromNoon(365 * 0.66 * dayMs));
    expect(end).toEqual(fromNoon(365 * 0.69 * dayMs));
  });

  test("of the last in a fleet closes at nine tenths of life", () => {
    const { end } = renewalWindow(aYear(last));
    expect(end.getTime()).toBeGreaterThan(fromNoon(365 * 0.9 * dayMs).getTime() - 2_000);
    expect(end.getTime()).toBeLessThanOrEqual(fromNoon(365 * 0.9 * dayMs).getTime());
  });

  test("is the same whenever it is asked for", () => {
    expect(renewalWindow(aYear(last))).toEqual(renewalWindow({ ...aYear(last) }));
  });

  test("starts, ends and is over before the certificate, whatever its life and its profile", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-9a-f]{64}$/),
        fc.integer({ min: 1, max: 3_650 }),
        fc.integer({ min: 1, max: 89 }),
        fc.option(fc.integer({ min: 0, max: 3_650 * 24 }), { nil: undefined }),
        fc.integer({ min: 0, max: 90 * 86_400 }),
        (sha256, days, opensAtPercent, movedToHour, spreadSeconds) => {
          const certificate = aYear(sha256, { notAfter: fromNoon(days * dayMs), opensAtPercent });
          const moves =
            movedToHour === undefined ? [] : [aMove({ from: fromNoon(movedToHour * hourMs), spreadSeconds })];
          const { start, end } = renewalWindow(certificate, moves);
          expect(start < end && end < certificate.notAfter).toBe(true);
          expect(start >= certificate.notBefore).toBe(true);
          expect(start <= renewalWindow(certificate).start).toBe(true);
        },
      ),
      { seed: 5, numRuns: 1_000 },
    );
  });

  test("spreads a fleet that was issued in one moment evenly: no hundredth of the span has a tenth more than its part", () => {
    const fleet = 100_000;
    const parts = new Array<number>(100).fill(0);
    const from = renewalWindow(aYear(first)).start.getTime();
    const to = renewalWindow(aYear(last)).start.getTime() + 1_000;
    for (let device = 0; device < fleet; device += 1) {
      // Multiplying by an odd number visits digests as a digest would, and as evenly.
      const digest = ((device * 0x9e37_79b1) % 2 ** 32).toString(16).padStart(8, "0").padEnd(64, "0");
      const at = renewalWindow(aYear(digest)).start.getTime();
      const part = Math.floor(((at - from) / (to - from)) * 100);
      parts[part] = (parts[part] ?? 0) + 1;
    }
    expect(Math.max(...parts)).toBeLessThan((fleet / 100) * 1.1);
    expect(Math.min(...parts)).toBeGreaterThan((fleet / 100) * 0.9);
  });

  test("of ten million certificates of one moment stays under a tenth of Private CA's default rate", () => {
    const seconds =
      (renewalWindow(aYear(last)).start.getTime() - renewalWindow(aYear(first)).start.getTime()) / 1000;
    expect(10_000_000 / seconds).toBeLessThan(2.5);
  });
});

describe("a move", () => {
  test("opens the window when it says, and names itself", () => {
    const move = aMove();
    const { start, end, move: named } = renewalWindow(aYear(last), [move]);
    expect([start, end, named]).toEqual([move.from, new Date(move.from.getTime() + hourMs), move]);
  });

  test("covers a certificate that was issued a moment before it, and none that was issued with it or later", () => {
    const at = fromNoon(9 * dayMs);
    const issued = (ms: number) => aYear(first, { issuedAt: new Date(at.getTime() + ms) });
    expect(renewalWindow(issued(-1), [aMove({ at })]).move).toBeDefined();
    expect(renewalWindow(issued(0), [aMove({ at })]).move).toBeUndefined();
    expect(renewalWindow(issued(1), [aMove({ at })]).move).toBeUndefined();
  });

  test("to a later time than the profile's changes nothing", () => {
    const natural = renewalWindow(aYear(first));
    const late = aMove({ from: new Date(natural.start.getTime() + 1_000) });
    expect(renewalWindow(aYear(first), [late])).toEqual(natural);
  });

  test("of the earliest start wins over others, the certificate's own among them", () => {
    const own = aMove({ from: fromNoon(20 * dayMs), reason: "own" });
    const lot = aMove({ from: fromNoon(12 * dayMs), reason: "lot" });
    const authority = aMove({ from: fromNoon(30 * dayMs), reason: "authority" });
    const certificate = aYear(first, { windowMove: own });
    expect(renewalWindow(certificate, [lot, authority]).move?.reason).toBe("lot");
    expect(renewalWindow(certificate, [authority]).move?.reason).toBe("own");
  });

  test("spreads those it covers over its time, each with an eighth of it to choose from", () => {
    const move = aMove({ spreadSeconds: 80_000 });
    const [one, other] = [renewalWindow(aYear(first), [move]), renewalWindow(aYear(last), [move])];
    expect(one.start).toEqual(move.from);
    expect(one.end.getTime() - one.start.getTime()).toBe(10_000_000);
    expect(other.start.getTime() - move.from.getTime()).toBeGreaterThanOrEqual(79_999_000);
    expect(other.start.getTime() - move.from.getTime()).toBeLessThanOrEqual(80_000_000);
  });

  test.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [25, 2],
    [26, 3],
    [250_000, 20_000],
  ])("of %d certificates takes %d seconds: half of the CA's 25 a second", (certificates, seconds) => {
    expect(spreadFor(certificates)).toBe(seconds);
  });
});

describe("when to look again", () => {
  const window = { start: fromNoon(10 * dayMs), end: fromNoon(11 * dayMs) };
  test.each([
    ["far ahead", fromNoon(0), 86_400],
    ["a day and a second ahead", fromNoon(9 * dayMs - 1_000), 86_400],
    ["just under a day ahead", fromNoon(9 * dayMs + 1_000), 86_399],
    ["a minute ahead", fromNoon(10 * dayMs - 60_000), 60],
    ["a second ahead", fromNoon(10 * dayMs - 1_000), 60],
    ["at its start", fromNoon(10 * dayMs), 3_600],
    ["after its end", fromNoon(12 * dayMs), 3_600],
  ])("%s", (_when, now, seconds) => {
    expect(retryAfterSeconds(window, now)).toBe(seconds);
  });
});
