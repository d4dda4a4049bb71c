// The CA is told of a revocation, and only then is it recorded that it was.
import { describe, expect, it } from "vitest";
import { AppError } from "#core/error.ts";
import { revokeAtCa } from "#core/revocation/revoke-at-ca.ts";
import { noon } from "#support/fixed-time.ts";
import { caArn } from "#support/records.ts";

function aWorld(refusal?: Error) {
  const steps: (readonly unknown[])[] = [];
  const deps = {
    ca: {
      revoke: async (...call: readonly unknown[]) => {
        if (refusal !== undefined) throw refusal;
        steps.push(["revoke", ...call]);
      },
    },
    registry: {
      recordRevokedAtCa: async (...call: readonly unknown[]) => {
        steps.push(["record", ...call]);
      },
    },
    now: () => noon,
  };
  return { deps, steps };
}

const input = {
  certificateId: "m1-4a",
  certificateArn: `${caArn}/certificate/4a`,
  serial: "4a",
  reason: "keyCompromise",
} as const;

describe("revoking at the CA", () => {
  it("asks the CA of the certificate's ARN, then records when", async () => {
    const { deps, steps } = aWorld();
    await revokeAtCa(deps, input);
    expect(steps).toEqual([
      ["revoke", caArn, "4a", "keyCompromise"],
      ["record", "m1-4a", noon],
    ]);
  });

  it.each([
    new AppError("ca.throttled", { retryAfterSeconds: 1 }),
    new AppError("ca.unavailable", { retryAfterSeconds: 1 }),
    new Error("a bug"),
  ])("records nothing when the CA fails with %s, so that it is asked again", async refusal => {
    const { deps, steps } = aWorld(refusal);
    await expect(revokeAtCa(deps, input)).rejects.toBe(refusal);
    expect(steps).toEqual([]);
  });
});
