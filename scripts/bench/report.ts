// What every benchmark prints: a table for people, or with `--json` one object as the last line.

export type Figure = {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** What we set out to reach. */
  readonly target?: number;
  /** What no layout or machine can beat. */
  readonly theory?: number;
  /** What a user would do instead, on the same input and in the same run. */
  readonly peer?: number;
};

export const wantsJson: boolean = process.argv.includes("--json");

/** Progress and tables, for people only. */
export function say(line = ""): void {
  if (!wantsJson) console.log(line);
}

export function report(bench: string, figures: readonly Figure[]): void {
  if (wantsJson) {
    const byMetric = Object.fromEntries(figures.map(({ metric, ...figure }) => [metric, figure]));
    console.log(JSON.stringify({ bench, figures: byMetric }));
    return;
  }
  const cell = (value: number | undefined): string => (value === undefined ? "" : count(value));
  say(`\n${bench}`);
  table(
    ["metric", "value", "unit", "target", "theory", "peer"],
    figures.map(({ metric, value, unit, target, theory, peer }) => [
      metric,
      cell(value),
      unit,
      cell(target),
      cell(theory),
      cell(peer),
    ]),
  );
}

/** A Markdown table, so that the documents can show what was printed. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  say(line(head));
  say(line(widths.map(width => "-".repeat(width))));
  for (const row of rows) say(line(row));
}

/** `12345.6` → `12,346`; three significant digits below a hundred. */
export function count(value: number): string {
  return Math.abs(value) >= 100 || Number.isInteger(value)
    ? Math.round(value).toLocaleString("en-US")
    : String(Number(value.toPrecision(3)));
}

/** The value below which `share` of the sorted `values` lie: the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
