// Time of one handshake's verdict in the engines at hand: our built connection function and the documented sample on the
// same certificates.
import { readFileSync } from "node:fs";
import { buildEdgeFunctions } from "#edge/build/edge-functions.ts";
import { plain } from "#support/edge-vectors/configured-vectors.ts";
import { njsVersion, printInNjs } from "#support/edge-vectors/njs.ts";
import { type Program, toProgram } from "#support/edge-vectors/program.ts";
import { printInQuickjs } from "#support/edge-vectors/quickjs.ts";
import { commonStore } from "#support/edge-vectors/world.ts";
import { mean, percentile } from "../report.ts";
import { type TimedVector, timedVectors } from "./timed-vectors.ts";

export type HandlerTime = {
  readonly engine: string;
  /** Microseconds, of certificates anywhere in their page. Each one's is the median of its repetitions. */
  readonly meanUs: number;
  /** The slowest certificate of all, the last slot of its page included. */
  readonly worstUs: number;
  /** By family, for the last slot of the page: there is nothing slower to ask of it. */
  readonly families: ReadonlyMap<string, number>;
  readonly checks: number;
  readonly wrong: number;
};

const repeats = 15;
// The njs command frees nothing until it ends, so a long run grows slow for want of memory; the edge starts every run in
// a clean engine.
const vectorsPerProcess = 34;

/** The built function, then the sample, in every engine that is installed. */
export async function timeHandlers(): Promise<{
  readonly ours: readonly HandlerTime[];
  readonly sample: readonly HandlerTime[];
  readonly functionBytes: number;
  readonly sampleBytes: number;
}> {
  const { connection } = await buildEdgeFunctions(plain);
  const sample = readBeside("documented-sample.js");
  const vectors = timedVectors();
  return {
    ours: await timeIn(connection, vectors),
    sample: await timeIn(sample, vectors),
    functionBytes: Buffer.byteLength(connection),
    sampleBytes: Buffer.byteLength(sample),
  };
}

async function timeIn(source: string, vectors: readonly TimedVector[]): Promise<readonly HandlerTime[]> {
  const store = await commonStore();
  const print = async (run: (program: Program) => Promise<string>): Promise<string> => {
    let printed = "";
    for (let from = 0; from < vectors.length; from += vectorsPerProcess) {
      const some = vectors.slice(from, from + vectorsPerProcess);
      printed += await run(toTimingProgram(source, some, store));
    }
    return printed;
  };
  const njs = njsVersion();
  const times = [judge("QuickJS", await print(printInQuickjs), vectors)];
  if (njs !== undefined) times.unshift(judge(`njs ${njs}`, await print(printInNjs), vectors));
  return times;
}

function toTimingProgram(
  source: string,
  vectors: readonly TimedVector[],
  store: Readonly<Record<string, string>>,
): Program {
  const { modules } = toProgram(source, "connectionHandler", [], store);
  const input = JSON.stringify(JSON.stringify({ vectors, commonStore: store, repeats }));
  return {
    main: `import input from "input";\n${source}\n${readBeside("timing-driver.js")}\ntimeVectors(connectionHandler);\n`,
    modules: { ...modules, input: `export default JSON.parse(${input});\n` },
  };
}

function judge(engine: string, printed: string, vectors: readonly TimedVector[]): HandlerTime {
  const times = Array.from(printed.matchAll(/run: ([\d.e-]+)ms/g), ([, ms]) => Number(ms) * 1_000);
  const decisions = Array.from(printed.matchAll(/decision: (\w*)/g), ([, decision]) => decision);
  if (times.length !== vectors.length * repeats) throw new Error(`${engine} timed ${times.length} runs only`);
  const timed = vectors.map((vector, index) => ({
    ...vector,
    us: percentile(times.slice(index * repeats, (index + 1) * repeats), 0.5),
    right: decisions[index] === (vector.reason === "good" ? "allow" : "deny"),
  }));
  const families = new Map<string, number>();
  for (const { family } of timed) {
    const last = timed.filter(vector => vector.family === family && vector.isLast);
    families.set(family, mean(last.map(({ us }) => us)));
  }
  return {
    engine,
    meanUs: mean(timed.filter(({ isLast }) => !isLast).map(({ us }) => us)),
    worstUs: Math.max(...timed.map(({ us }) => us)),
    families,
    checks: timed.length,
    wrong: timed.filter(({ right }) => !right).length,
  };
}

function readBeside(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}
