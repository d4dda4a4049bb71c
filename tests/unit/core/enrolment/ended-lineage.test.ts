// A certificate whose lineage has ended, or whose key was reported stolen, by the time the CA has signed: it is nobody's (threat A4).
import { expect, it } from "vitest";
import { advanceEnrolment } from "#core/enrolment/advance.ts";
import { aCertificate } from "#support/records.ts";
import { anEnrolmentWorld } from "./fake-enrolment-world.ts";

const turn = { requestId: "request-1", from: "queue", permitWaitMs: 0 } as const;

/** A registry that refuses the certificate although the enrolment is as it was: the lineage stands in the way. */
async function aWorld(renews: boolean) {
  const world = await anEnrolmentWorld();
  if (renews) world.registry.change({ renews: aCertificate().id });
  const deps = { ...world.deps, registry: { ...world.registry, recordIssued: async () => false } };
  return { ...world, advance: () => advanceEnrolment(deps, world.registry.row(), turn) };
}

it("is not delivered: the enrolment fails, with its reason on record, and its slot is refused for ever", async () => {
  const { advance, registry } = await aWorld(true);
  await expect(advance()).rejects.toMatchObject({ code: "enrolment.failed" });
  expect(registry.row().state).toBe("failed");
  expect(registry.burnt).toEqual([registry.row().slot]);
  expect(registry.audits).toMatchObject([
    {
      action: "enrolment.failed",
      facts: { reason: "its lineage has ended or moved on, or its key was reported compromised" },
    },
  ]);
});

it("and is not asked for again, however often it is carried on", async () => {
  const { advance, ca } = await aWorld(true);
  for (let time = 0; time < 3; time += 1) {
    await expect(advance()).rejects.toMatchObject({ code: "enrolment.failed" });
  }
  expect(ca.asks).toHaveLength(1);
});

it("as an enrolment that renews nothing does, whose key alone can stand in its way", async () => {
  const { advance, registry } = await aWorld(false);
  await expect(advance()).rejects.toMatchObject({ code: "enrolment.failed" });
  expect(registry.audits).toMatchObject([{ facts: { reason: "its key was reported compromised" } }]);
});
