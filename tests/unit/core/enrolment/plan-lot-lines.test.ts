// Which lines of a lot call are worked on, whatever the order in which they would have been done.
import { describe, expect, it } from "vitest";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { CheckedRequest } from "#core/enrolment/issue-checked.ts";
import { type CheckedLine, planLotLines } from "#core/enrolment/plan-lot-lines.ts";
import { anEnrolment } from "#support/records.ts";

/** Its id is made of what it asks for, as in the product. */
function checked(holder: string, key: string, profile = "device"): CheckedLine {
  const id = `enr_${holder}_${key}_${profile}` as EnrolmentId; // A digest, which a test names more plainly.
  const request: CheckedRequest = {
    ...anEnrolment({ id, holder, profile, spkiSha256: key }),
    lifetimeDays: 365,
  };
  return { kind: "checked", request };
}

function outcomes(...lines: readonly CheckedLine[]): readonly string[] {
  return planLotLines(lines).map(line => {
    if (line.kind === "checked") return line.request.id;
    const { code, data } = line.error as { code: string; data: { findings?: readonly { code: string }[] } };
    return data.findings?.[0]?.code ?? code;
  });
}

describe("the lines of a call", () => {
  it("are all worked on when each has a holder and a key of its own", () => {
    expect(outcomes(checked("a", "1"), checked("b", "2"))).toEqual(["enr_a_1_device", "enr_b_2_device"]);
  });

  it("that say the same are the same enrolment", () => {
    expect(outcomes(checked("a", "1"), checked("b", "2"), checked("a", "1"))).toEqual([
      "enr_a_1_device",
      "enr_b_2_device",
      "enr_a_1_device",
    ]);
  });

  it.each([
    { what: "another key", second: checked("a", "2") },
    { what: "another profile", second: checked("a", "1", "sensor") },
  ])("that name an earlier line's holder with $what are refused", ({ second }) => {
    expect(outcomes(checked("a", "1"), second)).toEqual(["enr_a_1_device", "lot.holder_repeated"]);
  });

  it("that bring an earlier line's key for another holder are refused", () => {
    expect(outcomes(checked("a", "1"), checked("b", "1"))).toEqual([
      "enr_a_1_device",
      "enrolment.key_in_use",
    ]);
  });

  it("that were refused stand in nobody's way", () => {
    const refused: CheckedLine = { kind: "refused", error: { code: "enrolment.refused", data: {} } };
    expect(outcomes(refused, checked("a", "1"), checked("a", "2"), checked("b", "2"))).toEqual([
      "enrolment.refused",
      "enr_a_1_device",
      "lot.holder_repeated",
      "enr_b_2_device",
    ]);
  });
});
