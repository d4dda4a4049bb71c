// Invariants I2 and I3, threat C1: for each step of an enrolment a worker that dies before it, dies after it, or loses
// its answer; the request delivered twice at once; retried at once, at 4:59, at 5:01 and after an hour. By the CA's
// ledger there is one certificate, and every answer is that one.
import type { FauxqsServer } from "fauxqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowsOf, startTestRegistry, type TestRegistry } from "#support/registry-table.ts";
import { stopPca } from "../pca/fixture.ts";
import { startReports } from "../reconciliation/world.ts";
import { type Interruption, startWorld, steps, type World } from "./world.ts";

let registry: TestRegistry;
let reports: FauxqsServer;
let world: World;
beforeAll(async () => {
  [registry, reports] = await Promise.all([startTestRegistry(), startReports()]);
  world = await startWorld(registry, reports);
});
afterAll(async () => {
  if (world !== undefined) await stopPca(world.pca);
  await Promise.all([registry?.stop(), reports?.stop()]);
});

const delays = {
  "at once": 0,
  "at 4:59": 299_000,
  "at 5:01": 301_000,
  "after an hour": 3_600_000,
} as const;

const interruptions: readonly Interruption[] = steps.flatMap(step =>
  (["dies before", "dies after", "loses the answer of"] as const)
    // To the registry a lost answer is a worker that dies after its write: its caller begins anew.
    .filter(how => how !== "loses the answer of" || step === "ask" || step === "collect")
    .map(how => ({ step, how })),
);

/** Before the intent and after the record the CA's five minutes mean nothing. */
function delaysOf({ step, how }: Interruption): readonly (readonly [string, number])[] {
  const isOutside =
    (step === "intent" && how === "dies before") || (step === "record" && how === "dies after");
  return Object.entries(delays).filter(([delay]) => !isOutside || delay === "at 5:01");
}

const cases = interruptions.flatMap(interruption =>
  delaysOf(interruption).map(([delay, delayMs]) => ({
    name: `${interruption.how} ${interruption.step}, delivered twice ${delay}`,
    interruption,
    delayMs,
  })),
);

/** Two callers and the recovery job at the same moment, again and again; the CA makes a report in half an hour. */
async function deliverUntilIssued(request: Parameters<World["call"]>[0]) {
  const answers: unknown[] = [];
  for (let round = 0; round < 12; round += 1) {
    const outcomes = await Promise.all([world.call(request), world.call(request), world.resume(request)]);
    const issued = outcomes.filter(outcome => typeof outcome === "object" && outcome.kind === "issued");
    answers.push(...issued);
    if (issued.length > 0) return answers;
    world.pca.clock.advance(600_000);
  }
  return answers;
}

describe("a worker", () => {
  test.each(cases)("$name: one certificate", async ({ name, interruption, delayMs }) => {
    const holder = `device-${cases.findIndex(each => each.name === name)}`;
    const request = await world.request(holder);
    const first = await world.call(request, interruption);
    if (interruption.how !== "loses the answer of") expect(first).toBe("died");
    expect(["IssueCertificate", "GetCertificate"].map(world.faults.left)).toEqual([0, 0]);
    world.pca.clock.advance(delayMs);
    const answers = await deliverUntilIssued(request);
    expect(answers.length).toBeGreaterThan(0);
    const late = await world.call(request);
    expect(late).toMatchObject({ kind: "issued", certificate: { holder, state: "active" } });
    for (const answer of answers) expect(answer).toEqual(late);
    const signed = world.pca.server.ledger().filter(({ subject }) => subject.includes(`CN=${holder},`));
    expect(signed).toHaveLength(1);
    const own = await rowsOf(world.table, `HOLDER#acme#${holder}`);
    expect(own).toHaveLength(1);
    expect(signed[0]?.revokedAt).toBeUndefined();
  });
});
