// The states a certificate may take, and the one it never leaves (invariant I5).
import { describe, expect, it } from "vitest";
import {
  certificateId,
  certificateStates,
  certificateTransitions,
  statesBefore,
} from "#core/certificate/certificate.ts";
import { aSerial } from "#support/records.ts";

describe("the states before", () => {
  it.each([
    { to: "revoked", from: ["active", "held", "superseded", "expired"] },
    { to: "active", from: ["held"] },
    { to: "held", from: ["active"] },
    { to: "superseded", from: ["active"] },
    { to: "expired", from: ["active", "held", "superseded"] },
  ] as const)("$to are exactly $from", ({ to, from }) => {
    expect(statesBefore(to)).toEqual(from);
  });

  it.each(certificateStates)("any state leave %s out of its own: nothing is done twice", state => {
    expect(statesBefore(state)).not.toContain(state);
  });
});

describe("a revoked certificate", () => {
  it("changes its state no more", () => {
    expect(certificateTransitions.revoked).toEqual([]);
    expect(certificateStates.filter(to => statesBefore(to).includes("revoked"))).toEqual([]);
  });
});

describe("a certificate's id", () => {
  it("is its authority and its serial, which split in one way only", () => {
    const id = certificateId("m1", aSerial("4A:3F"));
    expect(id).toBe("m1-4a3f");
    expect(id.split("-")).toEqual(["m1", "4a3f"]);
  });
});
