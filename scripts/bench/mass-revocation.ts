// bench:mass-revocation: plans over a registry of 300,000 certificates in lots of 5,000, on a running local cloud with
// propagation delay zero. The rows are generated; a handful of certificates are real and shake hands.
// `--lots=N`: another size of fleet (60 when not given). `--json` prints one object as the last line.
import { parseArgs } from "node:util";
import { storeLimitBytes } from "#core/publication/store-usage.ts";
import { type CarriedOut, carryOut } from "./mass-revocation/carry-out.ts";
import {
  cutLots,
  lotName,
  lotSize,
  openTable,
  scatteredTenant,
  writeFleet,
} from "./mass-revocation/fleet.ts";
import { count, report, say, table } from "./report.ts";
import { pause, startFleetCloud, tenant } from "./revocation/fleet-cloud.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, lots: { type: "string", default: "60" } },
});
const lots = Number(values.lots);
/** 50 of 60, and 20,000 of 300,000. One lot is revoked by itself, and one stays as it is. */
const manyLots = Math.min(Math.round((lots * 5) / 6), lots - 2);
const scatteredEvery = 15;

/** What the documented layout takes: a key of 32 bytes for each serial, 50 a call. */
const documentedCalls = (certificates: number): number => Math.ceil(certificates / 50);
const documentedBytes = (certificates: number): number => certificates * 32;

say("Starting a local cloud …");
const fleet = await startFleetCloud();
try {
  const registry = openTable(fleet.cloud);
  const firsts = await cutLots(registry, lots);
  const [inFirst, inLast, bystander] = [
    await fleet.enrolDevices("first", 2, lotName(0)),
    await fleet.enrolDevices("last", 4, lotName(manyLots)),
    await fleet.enrolDevices("bystander", 1, lotName(lots - 1)),
  ];
  await writeFleet(
    registry,
    firsts,
    number => number % scatteredEvery === 0,
    fleet.cloud.hierarchy.issuing.arn,
  );
  registry.documents.destroy();
  // The stream's readers pass over the rows that were written, and the index settles.
  await pause(10_000);
  const random = await carryOut(fleet, { tenant: scatteredTenant }, []);
  const one = await carryOut(fleet, { tenant, lots: [lotName(0)] }, inFirst);
  const names = Array.from({ length: manyLots }, (_, index) => lotName(index + 1));
  const many = await carryOut(fleet, { tenant, lots: names }, inLast);
  for (const device of bystander)
    if (!(await fleet.isAdmitted(device))) throw new Error("a device of another lot is refused");
  say(
    `  rows of ${(lots * lotSize).toLocaleString("en-US")} certificates are generated; 7 are real, and 6 were probed`,
  );
  showRows([
    ["one lot", one],
    [`${manyLots} lots`, many],
    ["random", random],
  ]);
  report("mass-revocation", [
    { metric: "plan_seconds_250k", value: many.planSeconds, unit: "s" },
    { metric: "apply_to_last_refusal_250k_s", value: many.toLastRefusalSeconds, unit: "s", target: 10 },
    {
      metric: "store_calls_250k",
      value: many.storeCalls,
      unit: "calls",
      target: 3,
      theory: Math.ceil((many.pages + 1) / 50),
      peer: documentedCalls(many.certificates),
    },
    {
      metric: "store_calls_20k_random",
      value: random.storeCalls,
      unit: "calls",
      theory: Math.ceil((random.pages + 1) / 50),
      peer: documentedCalls(random.certificates),
    },
    {
      metric: "documented_method_calls_250k",
      value: documentedCalls(many.certificates),
      unit: "calls",
    },
  ]);
} finally {
  await fleet.stop();
}

function showRows(measured: readonly (readonly [string, CarriedOut])[]): void {
  say();
  table(
    [
      "revoked",
      "certificates",
      "plan, s",
      "apply, s",
      "last refusal, s",
      "orders",
      "pages",
      "store calls",
      "rows following a second",
      "documented: calls",
      "documented: bytes",
    ],
    measured.map(([what, result]) => [
      what,
      count(result.certificates),
      count(result.planSeconds),
      count(result.applySeconds),
      count(result.toLastRefusalSeconds),
      count(result.orders),
      count(result.pages),
      count(result.storeCalls),
      count(result.followedPerSecond),
      count(documentedCalls(result.certificates)),
      `${count(documentedBytes(result.certificates))}${documentedBytes(result.certificates) > storeLimitBytes ? ": does not fit" : ""}`,
    ]),
  );
}
