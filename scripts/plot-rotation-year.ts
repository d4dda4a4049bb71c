// Draws docs/rotation-year.svg: renewals a second over a year of ten million devices that were issued at one moment, with
// the product's windows and without, under what renewals may take of the CA's rate. `node scripts/plot-rotation-year.ts`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { byDay, simulateYear } from "./bench/rotation/year.ts";
import { renewalBudgetPerSecond } from "./bench/rotation/year-budget.ts";

const devices = 10_000_000;
const daySeconds = 86_400;
const size = { width: 800, height: 340 };
const plot = { left: 56, right: 784, top: 36, bottom: 288 };
const most = { day: 365, perSecond: 20 };
const colours = { spread: "#1565c0", bare: "#c62828", budget: "#555555", axis: "#333333", grid: "#dddddd" };

const x = (day: number): number => plot.left + (day / most.day) * (plot.right - plot.left);
const y = (perSecond: number): number =>
  plot.bottom - (perSecond / most.perSecond) * (plot.bottom - plot.top);
const at = (value: number): string => value.toFixed(1);

function ratesOf(spread: boolean): readonly number[] {
  const year = simulateYear({ devices, budgetPerSecond: renewalBudgetPerSecond, spread });
  return byDay(year).map(count => count / daySeconds);
}

/** Each day as a step. */
function curve(rates: readonly number[], colour: string): string {
  const points = rates.flatMap((rate, day) => [
    `${at(x(day))},${at(y(rate))}`,
    `${at(x(day + 1))},${at(y(rate))}`,
  ]);
  return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`;
}

function text(words: string, left: number, top: number, more = ""): string {
  return `<text x="${at(left)}" y="${at(top)}" ${more}>${words}</text>`;
}

function line(from: readonly [number, number], to: readonly [number, number], more: string): string {
  return `<line x1="${at(from[0])}" y1="${at(from[1])}" x2="${at(to[0])}" y2="${at(to[1])}" ${more}/>`;
}

function axes(): readonly string[] {
  const rates = [0, 5, 10, 15, 20].flatMap(rate => [
    line([plot.left, y(rate)], [plot.right, y(rate)], `stroke="${colours.grid}"`),
    text(String(rate), plot.left - 8, y(rate) + 4, 'text-anchor="end"'),
  ]);
  const days = [0, 60, 120, 180, 240, 300, 365].map(day =>
    text(String(day), x(day), plot.bottom + 18, 'text-anchor="middle"'),
  );
  return [
    ...rates,
    ...days,
    line([plot.left, plot.bottom], [plot.right, plot.bottom], `stroke="${colours.axis}"`),
    text(
      "days since all were issued",
      (plot.left + plot.right) / 2,
      plot.bottom + 40,
      'text-anchor="middle"',
    ),
    text("renewals a second, mean of the day", plot.left, plot.top - 16),
  ];
}

function moments(): readonly string[] {
  return [
    { percent: 66, name: "66 % of life" },
    { percent: 90, name: "90 %" },
  ].flatMap(({ percent, name }) => {
    const left = x((most.day * percent) / 100);
    return [
      line([left, plot.top], [left, plot.bottom], `stroke="${colours.axis}" stroke-dasharray="2 4"`),
      text(name, left, plot.top - 4, 'text-anchor="middle"'),
    ];
  });
}

function draw(spread: readonly number[], bare: readonly number[]): string {
  const budget = y(renewalBudgetPerSecond);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">`,
    `<title>Renewals a second over one year, 10 million devices issued together</title>`,
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    ...axes(),
    ...moments(),
    line(
      [plot.left, budget],
      [plot.right, budget],
      `stroke="${colours.budget}" stroke-dasharray="6 4" stroke-width="1.5"`,
    ),
    text(
      `what renewals may take: ${renewalBudgetPerSecond} a second`,
      plot.left + 6,
      budget - 6,
      `fill="${colours.budget}"`,
    ),
    curve(bare, colours.bare),
    curve(spread, colours.spread),
    text("all when their windows could open", x(236), y(12), `fill="${colours.bare}" text-anchor="end"`),
    text("with the product's windows", x(236), y(2.2), `fill="${colours.spread}" text-anchor="end"`),
    "</svg>\n",
  ].join("\n");
}

writeFileSync(join(import.meta.dirname, "../docs/rotation-year.svg"), draw(ratesOf(true), ratesOf(false)));
console.log("docs/rotation-year.svg");
