// A short run of `npm run fuzz:csr` with a seed of its own, and proof that the fuzzer would notice.
import { expect, test } from "vitest";
import { aCsr, aCsrPem } from "#support/csr-builder.ts";
import { seeded } from "#support/edge-simulation/random.ts";
import { mutateDer } from "../../scripts/fuzz/der-mutations.ts";
import { fuzz } from "../../scripts/fuzz/run.ts";
import { send } from "../../scripts/fuzz/targets.ts";

const seed = 20_260_301;

test("no mutated CSR or body makes a 5xx, an exception or an answer over 50 ms of CPU", {
  timeout: 60_000,
}, async () => {
  const { iterations, answers, failures } = await fuzz({ seed, seconds: 40, iterations: 1_000 });
  expect(failures.map(({ iteration, kind, detail }) => ({ iteration, kind, detail }))).toEqual([]);
  expect(iterations).toBeGreaterThan(200);
  // Each route gets past its parser: some are refused for their CSR, some lots are answered line by line.
  for (const reached of ["certificates 400", "certificates 422", "est 422", "lot 200"]) {
    expect([...answers.keys()]).toContain(reached);
  }
});

test("a seed mutates the same request in the same way each time", () => {
  const der = aCsr();
  expect(mutateDer(der, seeded(5))).toEqual(mutateDer(der, seeded(5)));
  expect(mutateDer(der, seeded(5))).not.toEqual(mutateDer(der, seeded(6)));
});

test("a sound request reaches the intent, whose blocked key is a refusal and no failure", async () => {
  const body = Buffer.from(JSON.stringify({ holder: "device-1", csr: aCsrPem() }));
  const headers = { "content-type": "application/json" };
  const answer = await send({ route: "certificates", body, isBase64Encoded: false, headers });
  expect(JSON.parse(answer.body)).toMatchObject({ code: "enrolment.key_blocked" });
});
