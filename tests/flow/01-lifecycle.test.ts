// The guided lifecycle that `npm start` and `npm run demo` tell: every step checks its own claim.
import { afterAll, beforeAll, expect, test } from "vitest";
import { runLifecycle } from "#local/demo/lifecycle.ts";
import { narrator, StepFailedError } from "#local/demo/narrator.ts";
import { startTestCloud, type TestCloud } from "#support/local-cloud.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

test("a device is enrolled, let in, and refused within seconds of a compromise event", async () => {
  const lines: string[] = [];
  const result = await runLifecycle(
    cloud,
    narrator(line => lines.push(line)),
    "1",
  );
  expect(result.eventToRefusalMs).toBeLessThan(10_000);
  expect(lines.filter(line => /^ ?\d+ {2}/.test(line))).toHaveLength(12);
});

test("the certificate authority's ledger holds each certificate once, and the revoked one as revoked", () => {
  const ledger = cloud.services.pca.ledger().filter(({ subject }) => subject.includes("device-1-"));
  expect(ledger).toHaveLength(2);
  expect(ledger.filter(({ revokedAt }) => revokedAt !== undefined)).toHaveLength(1);
});

test("a step that does not hold ends the run with its name", async () => {
  const { step } = narrator(() => {});
  const failing = step("The door is closed", () => Promise.reject(new Error("it is open")));
  await expect(failing).rejects.toThrow(new StepFailedError("The door is closed", new Error("it is open")));
});
