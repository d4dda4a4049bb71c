// `recorded → published → effective`: what is told of a refusal is true of the store, and never told too early.
import { describe, expect, it } from "vitest";
import type { Certificate } from "#core/certificate/certificate.ts";
import { AppError } from "#core/error.ts";
import type { EdgeStatus } from "#core/publication/edge-status.ts";
import { onTimeMs, propagationAllowanceMs, readRefusal } from "#core/publication/refusal-at-edge.ts";
import { encodePage } from "#core/slot-page/encode.ts";
import { pageSize, slotState } from "#core/slot-page/page.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate } from "#support/records.ts";

const certificate = aCertificate(); // Slot 1a2f3: page 1a, offset 2f3.
const revoked = aCertificate({
  state: "revoked",
  revocation: { reason: "keyCompromise", revokedAt: noon, actor: "operator:ada" },
});
const held = aCertificate({ state: "held", hold: { reason: "lost", heldAt: noon, actor: "operator:ada" } });
const settledMs = onTimeMs + propagationAllowanceMs;

function page(refused: boolean): string {
  const bits = new Uint8Array(pageSize).fill(slotState.good);
  if (refused) bits[0x2f3] = slotState.revoked;
  return encodePage(bits);
}

function look(of: Certificate, afterMs: number, stored: string | undefined, status: EdgeStatus = {}) {
  return readRefusal(
    {
      store: { read: async key => (key === "m1.1a" ? stored : "g") },
      readEdgeStatus: async () => status,
      now: () => fromNoon(afterMs),
    },
    of,
  );
}

describe.each([
  ["a revoked certificate", revoked],
  ["a held one", held],
])("the refusal of %s", (_, refused) => {
  it("is recorded while the store lets it in, however long ago that was", async () => {
    expect(await look(refused, 0, page(false))).toBe("recorded");
    expect(await look(refused, 86_400_000, page(false))).toBe("recorded");
  });

  it("is published once the store refuses it, and effective when every edge is taken to have it", async () => {
    expect(await look(refused, 0, page(true))).toBe("published");
    expect(await look(refused, settledMs - 1, page(true))).toBe("published");
    expect(await look(refused, settledMs, page(true))).toBe("effective");
  });

  it("is not effective before the allowance has passed since a late publication", async () => {
    const status = { lateAt: fromNoon(600_000) };
    expect(await look(refused, 600_000 + propagationAllowanceMs - 1, page(true), status)).toBe("published");
    expect(await look(refused, 600_000 + propagationAllowanceMs, page(true), status)).toBe("effective");
  });
});

it("counts a reconciliation that mended the store as a late publication, and one that had nothing to do as none", async () => {
  const run = (keysWritten: number) => ({
    reconciliation: {
      id: "run-1",
      startedAt: noon,
      finishedAt: fromNoon(600_000),
      keysCompared: 1,
      differences: {
        missing: { count: 0 },
        altered: { count: 0 },
        extra: { count: 0 },
        coarse: { count: 0 },
      },
      inFlight: 0,
      keysWritten,
      storeFull: false,
    },
  });
  expect(await look(revoked, 600_000, page(true), run(1))).toBe("published");
  expect(await look(revoked, 600_000, page(true), run(0))).toBe("effective");
});

it("is effective where the page is missing: the edge refuses all of it", async () => {
  expect(await look(revoked, settledMs, undefined)).toBe("effective");
});

it("is effective once the certificate has expired, when its bit may be forgotten", async () => {
  const afterMs = certificate.notAfter.getTime() - noon.getTime();
  expect(await look(revoked, afterMs, page(false))).toBe("recorded");
  expect(await look(revoked, afterMs + 1, page(false))).toBe("effective");
});

it("is nothing of a certificate in force, and asks nobody", async () => {
  const fails = async (): Promise<never> => {
    throw new AppError("edge_store.unavailable", { retryAfterSeconds: 1 });
  };
  const deps = { store: { read: fails }, readEdgeStatus: fails, now: () => noon };
  expect(await readRefusal(deps, certificate)).toBeUndefined();
  await expect(readRefusal(deps, revoked)).rejects.toMatchObject({ code: "edge_store.unavailable" });
});
