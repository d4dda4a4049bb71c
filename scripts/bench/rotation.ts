// bench:rotation: what a sweep costs with 0, 1,000 and 50,000 certificates due in a registry of a million, and a year of
// ten million devices. `--certificates=N`: how many the registry holds (1,000,000 when not given, which takes some
// minutes and four gigabytes; below 51,000 there are fewer to fall due, and what is named after their number is left out).
// `--devices=N` for the year (10,000,000, half a minute). `--json` prints one object as the last line.
import { parseArgs } from "node:util";
import { count, report, say, table } from "./report.ts";
import { generateRegistry } from "./rotation/generated-registry.ts";
import { type Cost, measureScan, measureSweep } from "./rotation/sweep-cost.ts";
import { assumptions, busiest, simulateYear, type Year } from "./rotation/year.ts";
import { renewalBudgetPerSecond } from "./rotation/year-budget.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    certificates: { type: "string", default: "1000000" },
    devices: { type: "string", default: "10000000" },
  },
});
const certificates = Number(values.certificates);
const devices = Number(values.devices);

const few = Math.min(1_000, certificates);
const many = Math.min(50_000, certificates - few);
const scannedCertificates = 10_000;

const issuedAt = new Date("2026-01-01T00:00:00Z");
/** On a day on which nothing but the two sets falls due. */
const atHour = (hour: number): Date => new Date(Date.parse("2026-04-01T00:00:00Z") + hour * 3_600_000);

type Costs = { readonly none: Cost; readonly few: Cost; readonly many: Cost };

async function measureSweeps(): Promise<Costs> {
  say(
    `A registry of ${count(certificates)} certificates, in DynamoDB Local. At 1,700 a second, as two cores write`,
  );
  say(`them, it takes ${Math.ceil(certificates / 1_700)} s to write; on a busy machine, several times that.`);
  const registry = await generateRegistry(certificates, issuedAt, [
    { certificates: few, from: atHour(12) },
    { certificates: many, from: atHour(15) },
  ]);
  const measured = async (hour: number, due: number): Promise<Cost> => {
    const cost = await measureSweep(registry, atHour(hour), due);
    say(`  ${count(due)} due: ${count(cost.requests)} requests, ${cost.seconds.toFixed(2)} s`);
    return cost;
  };
  try {
    // The first one ever reads every day since the first authority: that is not what a sweep costs.
    await measureSweep(registry, atHour(10), 0);
    return { none: await measured(11, 0), few: await measured(14, few), many: await measured(17, many) };
  } finally {
    await registry.stop();
  }
}

/** Of a part, in a table of its own, and by the number of rows for the rest: DynamoDB Local fails to scan a million. */
async function measurePeer(): Promise<Cost> {
  const part = Math.min(certificates, scannedCertificates);
  const registry = await generateRegistry(part, issuedAt, []);
  try {
    const { requests, seconds, rows } = await measureScan(registry.table, atHour(17));
    say(
      `  a Scan of ${count(rows)} rows: ${requests} requests, ${seconds.toFixed(2)} s; the rest by the number of rows`,
    );
    const share = certificates / part;
    return { requests: Math.ceil(requests * share), seconds: seconds * share };
  } finally {
    await registry.stop();
  }
}

function showCosts({ none, few: fewCost, many: manyCost }: Costs, scan: Cost): void {
  const row = (name: string, due: number, { requests, seconds }: Cost) => [
    name,
    count(due),
    count(requests),
    seconds.toFixed(2),
    due === 0 ? "" : (requests / due).toFixed(3),
  ];
  table(
    ["", "due", "requests", "seconds", "requests each"],
    [
      row("sweep", 0, none),
      row("sweep", few, fewCost),
      row("sweep", many, manyCost),
      row("Scan of the table, to find them", 0, scan),
    ],
  );
  const each = (manyCost.requests - none.requests) / many;
  const fleet = 100_000_000;
  const momentsAYear = 2;
  const runsADay = 288;
  const dueARun = (fleet * momentsAYear) / 365 / runsADay;
  say("\n100 million certificates, by arithmetic:");
  say(
    `  due: ${count(fleet)} × ${momentsAYear} moments a year (window, retirement) ÷ 365 ÷ ${runsADay} sweeps a day = ${count(dueARun)} a sweep`,
  );
  say(
    `  requests: ${none.requests} + ${count(dueARun / 2)} × ${each.toFixed(3)} + ${count(dueARun / 2)} × 1 (a retirement is a transaction of its own) = ${count(none.requests + (dueARun / 2) * (each + 1))} a sweep`,
  );
  say(
    `  a Scan instead: ${count(scan.requests)} ÷ ${count(certificates)} × ${count(fleet)} = ${count((scan.requests / certificates) * fleet)} requests a sweep`,
  );
}

function showYear(spread: Year, bare: Year): void {
  say(`\n${count(devices)} devices, all issued at one moment; ${assumptions}.`);
  say(`Renewals may take ${renewalBudgetPerSecond} a second: three quarters of one account's default of 25.`);
  const row = (name: string, year: Year) => [
    name,
    count(year.peakAsked),
    count(busiest(year, 60)),
    count(busiest(year, 3_600)),
    `${count(year.longestWaitSeconds / 3_600)} h`,
    count(year.lateRenewals),
    count(year.expiredUnrenewed),
  ];
  table(
    [
      "",
      "asked, busiest s",
      "served, busiest min",
      "busiest h",
      "longest wait",
      "in the last 30 days",
      "expired",
    ],
    [row("with the product's windows", spread), row("all at 66 % of life", bare)],
  );
}

const scan = await measurePeer();
const costs = await measureSweeps();
showCosts(costs, scan);
const year = { devices, budgetPerSecond: renewalBudgetPerSecond };
const spread = simulateYear({ ...year, spread: true });
const bare = simulateYear({ ...year, spread: false });
showYear(spread, bare);

const requests = (due: number, { requests: value }: Cost) => ({
  metric: `sweep_requests_due_${due}`,
  value,
  unit: "requests",
  theory: 17 + Math.ceil(due / 100) + Math.ceil((3 * due) / 100),
  peer: scan.requests,
});
const seconds = (due: number, { seconds: value }: Cost) => ({
  metric: `sweep_seconds_due_${due}`,
  value,
  unit: "s",
  peer: scan.seconds,
});
report("rotation", [
  { metric: "registry_certificates", value: certificates, unit: "certificates" },
  requests(0, costs.none),
  ...(few === 1_000 ? [requests(few, costs.few)] : []),
  ...(many === 50_000 ? [requests(many, costs.many)] : []),
  seconds(0, costs.none),
  ...(many === 50_000 ? [seconds(many, costs.many)] : []),
  {
    metric: "year_peak_renewals_per_second",
    value: spread.peakAsked,
    unit: "1/s",
    target: renewalBudgetPerSecond,
    peer: bare.peakAsked,
  },
  {
    metric: "year_expired_unrenewed",
    value: spread.expiredUnrenewed,
    unit: "certificates",
    target: 0,
    peer: bare.expiredUnrenewed,
  },
]);
