// bench:edge: what slot pages cost at the edge, beside one key per serial and beside what no layout can beat.
// `--json` prints one object as the last line.
import { simulate } from "#support/edge-simulation/simulate.ts";
import { leastBytes, mostRandom } from "./edge/bounds.ts";
import { largestRegistry, mostRandomRevoked } from "./edge/capacity.ts";
import { storeLimits } from "./edge/counting-store.ts";
import { type HandlerTime, timeHandlers } from "./edge/handler-time.ts";
import { serialCalls, serialCapacity } from "./edge/serial-keys.ts";
import { measureStoreBytes, nameOf } from "./edge/store-bytes.ts";
import { lotCalls, randomCalls, type WriteCalls } from "./edge/write-calls.ts";
import { checkAnswers } from "./edge/wrong-answers.ts";
import { count, type Figure, report, say, table } from "./report.ts";

const million = 1_000_000;
const simulatedAtLeast = million;

async function main(): Promise<void> {
  const figures: readonly Figure[] = [
    ...(await answersAndHandler()),
    ...(await sizes()),
    ...(await calls()),
    ...(await simulation()),
  ];
  report("edge", figures);
}

async function answersAndHandler(): Promise<readonly Figure[]> {
  const answers = checkAnswers();
  const { ours, sample, functionBytes, sampleBytes } = await timeHandlers();
  const throughFunction = ours.reduce((sum, { wrong }) => sum + wrong, 0);
  if (sample.some(({ wrong }) => wrong > 0)) throw new Error("the documented sample answers wrongly");
  say(
    `${count(answers.checks)} slots: encoder, edge lookup and reference decoder disagree ${answers.wrong} times`,
  );
  say(
    `${ours.map(({ engine, checks, wrong }) => `${count(checks)} handshakes in ${engine}: ${wrong} wrong`).join("; ")}`,
  );
  tellHandlerTimes(ours, sample);
  const [njs, peer] = [ours, sample].map(times => times.find(({ engine }) => engine.startsWith("njs")));
  const timed: readonly Figure[] =
    njs === undefined || peer === undefined
      ? []
      : [
          { metric: "handler_njs_mean_us", value: njs.meanUs, unit: "us", target: 120, peer: peer.meanUs },
          { metric: "handler_njs_worst_us", value: njs.worstUs, unit: "us", target: 600, peer: peer.worstUs },
        ];
  if (njs === undefined) say("njs is not installed (apt-get install njs): its two figures are left out");
  return [
    {
      metric: "wrong_answers",
      value: answers.wrong + throughFunction,
      unit: "answers",
      target: 0,
      theory: 0,
    },
    ...timed,
    { metric: "function_bytes", value: functionBytes, unit: "B", target: 10_240, peer: sampleBytes },
  ];
}

function tellHandlerTimes(ours: readonly HandlerTime[], sample: readonly HandlerTime[]): void {
  say(
    "\nMicroseconds a handshake: a certificate anywhere in its page, over all pages; and the slowest of all",
  );
  const row = (name: string, { engine, meanUs, worstUs }: HandlerTime): readonly string[] => [
    name,
    engine,
    count(meanUs),
    count(worstUs),
  ];
  table(
    ["function", "engine", "mean", "worst"],
    [...ours.map(time => row("edgecert", time)), ...sample.map(time => row("documented sample", time))],
  );
  say("\nBy kind of page, when the last slot is asked for");
  const families = [...(ours[0]?.families.keys() ?? [])];
  table(
    ["page", ...ours.map(({ engine }) => engine)],
    families.map(family => [family, ...ours.map(time => count(time.families.get(family) ?? 0))]),
  );
}

async function sizes(): Promise<readonly Figure[]> {
  const serial = await serialCapacity();
  const bytes = await measureStoreBytes(serial.bytesEach);
  const of100m = bytes.get(nameOf(100 * million, 0.01, "random")) ?? Number.NaN;
  const lotsOf10m = bytes.get(nameOf(10 * million, 0.1, "lots")) ?? Number.NaN;
  const peerBytes = million * serial.bytesEach;
  say("\nThe most that fits 5,000,000 bytes");
  const mostOf100m = await mostRandomRevoked(100 * million, 3_500_000, 5_300_000);
  const largest = await largestRegistry();
  return [
    {
      metric: "max_random_revoked_100m",
      value: mostOf100m,
      unit: "certificates",
      target: 4_100_000,
      theory: mostRandom(100 * million, storeLimits.storeBytes),
      peer: serial.serials,
    },
    {
      metric: "bytes_1m_random_of_100m",
      value: of100m,
      unit: "B",
      target: 1_800_000,
      theory: Math.ceil(leastBytes(100 * million, million, "random")),
      peer: peerBytes,
    },
    {
      metric: "bytes_1m_lots_of_10m",
      value: lotsOf10m,
      unit: "B",
      target: 20_000,
      theory: Math.ceil(leastBytes(10 * million, million, "lots")),
      peer: peerBytes,
    },
    // One bit a slot; with a key per serial, a registry in which everything may be revoked is what the store holds.
    {
      metric: "largest_registry_any_pattern",
      value: largest,
      unit: "certificates",
      target: 29 * million,
      theory: storeLimits.storeBytes * 6,
      peer: serial.serials,
    },
  ];
}

async function calls(): Promise<readonly Figure[]> {
  const one = await lotCalls(1);
  const lots = {
    lot_10k: await lotCalls(10_000),
    lot_250k: await lotCalls(250_000),
    lot_1m: await lotCalls(million),
  };
  const scattered = await randomCalls(100_000, million);
  const measured = { ...lots, "100k_random_of_1m": scattered };
  const peers = new Map<string, number>();
  for (const { name, revoked } of [one, ...Object.values(measured)])
    peers.set(name, await serialCalls(revoked));
  say("\nUpdateKeys calls (50 keys each; one key per serial: were there room for them)");
  table(
    ["revoked at once", "calls", "least", "one key per serial"],
    [one, ...Object.values(measured)].map(({ name, calls: made, least }) => [
      name,
      count(made),
      count(least),
      count(peers.get(name) ?? 0),
    ]),
  );
  const targets = { lot_10k: 1, lot_250k: 2, lot_1m: 5, "100k_random_of_1m": 5 };
  return Object.entries(measured).map(([metric, change]) => toFigure(metric, change, targets, peers));
}

function toFigure(
  metric: string,
  { name, calls: value, least }: WriteCalls,
  targets: Readonly<Record<string, number>>,
  peers: ReadonlyMap<string, number>,
): Figure {
  const [target, peer] = [targets[metric] ?? 0, peers.get(name) ?? 0];
  return { metric: `calls_${metric}`, value, unit: "calls", target, theory: least, peer };
}

async function simulation(): Promise<readonly Figure[]> {
  say("\nSimulation: changes reach the edges late and out of order, the publisher crashes anywhere");
  let [handshakes, violations, seed] = [0, 0, 1];
  while (handshakes < simulatedAtLeast) {
    const run = await simulate({ seed, steps: 60, handshakesPerStep: 2_000 });
    handshakes += run.handshakes;
    violations += run.violations.length;
    for (const violation of run.violations) console.error(`seed ${seed}: ${violation}`);
    seed += 1;
  }
  say(`${seed - 1} runs, ${count(handshakes)} handshakes, ${violations} violations`);
  return [
    { metric: "simulated_handshakes", value: handshakes, unit: "handshakes", target: million },
    { metric: "simulated_violations", value: violations, unit: "violations", target: 0, theory: 0 },
  ];
}

await main();
