// The built connection function against every vector, in QuickJS and, where it is installed, in njs.

import { describe, expect, it } from "vitest";
import { buildEdgeFunctions } from "#edge/build/edge-functions.ts";
import {
  type ConfiguredVectors,
  configuredVectors,
  plain,
} from "#support/edge-vectors/configured-vectors.ts";
import { connectionVectors } from "#support/edge-vectors/connection-vectors.ts";
import { engines } from "#support/edge-vectors/engines.ts";
import { type Engine, toProgram } from "#support/edge-vectors/program.ts";
import { randomVectors } from "#support/edge-vectors/random-vectors.ts";
import { storeVectors } from "#support/edge-vectors/store-vectors.ts";
import { subjectVectors } from "#support/edge-vectors/subject-vectors.ts";
import { isAdmission, type Outcome, type Vector } from "#support/edge-vectors/vector.ts";
import { commonStore } from "#support/edge-vectors/world.ts";

const suites: readonly ConfiguredVectors[] = [
  { name: "connections", configuration: plain, vectors: connectionVectors },
  { name: "subjects", configuration: plain, vectors: subjectVectors },
  { name: "stores", configuration: plain, vectors: await storeVectors() },
  { name: "pages", configuration: plain, vectors: randomVectors(40) },
  ...configuredVectors,
];

describe.each(engines)("the connection function in $name", ({ run, skipped }) => {
  describe.skipIf(skipped).each(suites)("$name", suite => {
    it(`judges each of its ${suite.vectors.length} vectors as expected`, async () => {
      const outcomes = await runSuite(suite, run);
      const seen = suite.vectors.map(
        (vector, index) => `${vector.name}: ${reasonOf(outcomes[index], vector)}`,
      );
      expect(seen).toEqual(suite.vectors.map(vector => `${vector.name}: ${vector.reason}`));
    });

    it("calls exactly one of allow and deny, and throws nothing", async () => {
      const outcomes = await runSuite(suite, run);
      suite.vectors.forEach((vector, index) => {
        // Without a connection object there is nothing to call: the exception itself refuses.
        const calls = vector.event === null ? [] : [isAdmission(vector.reason) ? "allow" : "deny"];
        expect(outcomes[index]?.calls, vector.name).toEqual(calls);
        expect(outcomes[index]?.thrown === undefined, vector.name).toBe(vector.event !== null);
      });
    });

    it("reads the store twice at most to admit, three times to refuse", async () => {
      const outcomes = await runSuite(suite, run);
      suite.vectors.forEach((vector, index) => {
        expect(outcomes[index]?.storeReads, vector.name).toBeLessThanOrEqual(
          isAdmission(vector.reason) ? 2 : 3,
        );
      });
    });

    it("logs at most 800 bytes", async () => {
      const outcomes = await runSuite(suite, run);
      for (const text of outcomes.flatMap(outcome => outcome.log))
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(800);
    });
  });
});

const runs = new Map<string, Promise<readonly Outcome[]>>();

// One run of a suite in an engine serves all of its tests.
function runSuite(suite: ConfiguredVectors, run: Engine): Promise<readonly Outcome[]> {
  const key = `${suite.name} ${engines.findIndex(engine => engine.run === run)}`;
  const running = runs.get(key) ?? start(suite, run);
  runs.set(key, running);
  return running;
}

async function start(suite: ConfiguredVectors, run: Engine): Promise<readonly Outcome[]> {
  const { connection } = await buildEdgeFunctions(suite.configuration);
  return run(toProgram(connection, "connectionHandler", suite.vectors, await commonStore()));
}

// What the log says; a refusal that could not be logged is an exception.
function reasonOf(outcome: Outcome | undefined, vector: Vector): string {
  const [text] = outcome?.log ?? [];
  if (text === undefined)
    return outcome?.calls.includes("allow") ? `admitted unlogged ${vector.name}` : "exception";
  const line: unknown = JSON.parse(text);
  return typeof line === "object" && line !== null && "reason" in line ? String(line.reason) : text;
}
