// The shared counters of permits on DynamoDB: many takers at once never get more than a window has.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoRateWindows } from "#aws/registry/rate-windows.ts";
import { rowsOf, startTestRegistry, type TestRegistry } from "#support/registry-table.ts";

let registry: TestRegistry;
let table: RegistryTable;
beforeAll(async () => {
  registry = await startTestRegistry();
  table = await registry.table();
});
afterAll(() => registry?.stop());

const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));
let window = 3_500_000_000;
const aWindow = (): number => {
  window += 10;
  return window;
};

it("fifty takers of one at a time get the twelve there are", async () => {
  const windows = dynamoRateWindows(table);
  const at = aWindow();
  const answers = await Promise.all(times(50, () => windows.take(at, 1, 12)));
  expect(answers.filter(({ granted }) => granted === 1)).toHaveLength(12);
  expect(answers.filter(({ granted }) => granted === 0).every(({ taken }) => taken === 12)).toBe(true);
});

it("takers of several get what is left, together the twelve there are", async () => {
  const windows = dynamoRateWindows(table);
  const at = aWindow();
  const answers = await Promise.all(times(10, () => windows.take(at, 5, 12)));
  expect(answers.reduce((sum, { granted }) => sum + granted, 0)).toBe(12);
});

it("takers and bookings share one counter", async () => {
  const windows = dynamoRateWindows(table);
  const at = aWindow();
  const bookings = await Promise.all(times(20, () => windows.book(at, 9)));
  expect(bookings.filter(Boolean)).toHaveLength(9);
  expect(await windows.take(at, 12, 12)).toEqual({ granted: 3, taken: 12 });
  expect(await windows.book(at, 12)).toBe(false);
});

it("a tenant books its share, and others theirs, up to the limit of all", async () => {
  const windows = dynamoRateWindows(table);
  const at = aWindow();
  const book = (name: string) => windows.book(at, 6, { name, limit: 3 });
  const bookings = await Promise.all(times(20, () => book("acme")));
  expect(bookings.filter(Boolean)).toHaveLength(3);
  expect(await Promise.all(["zenith", "zenith", "nadir"].map(book))).toEqual([true, true, true]);
  expect(await book("pole")).toBe(false);
});

it("a row is gone an hour after its window", async () => {
  const at = aWindow();
  await dynamoRateWindows(table).take(at, 1, 12);
  expect(await rowsOf(table, `RATE#${at}`)).toEqual([
    { pk: `RATE#${at}`, sk: "ISSUE", type: "rateWindow", taken: 1, expiresAtSeconds: at / 2 + 3_600 },
  ]);
});
