import { expect, test } from "vitest";
import { reportRows } from "#aws/ca/report-rows.ts";

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function rowsOf(text: string, size = 7): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  for await (const row of reportRows(inPieces(text, size))) rows.push(row);
  return rows;
}

const rows = [
  { subject: 'CN=a "quoted" \\ name,OU=ec-1', nested: { list: [1, { two: "}]" }] } },
  {},
  { subject: "größer ‰ 𝄞", escaped: "\u0000\\" },
];

test.each([1, 2, 3, 7, 64, 10_000])("rows come whole from pieces of %i octets", async size => {
  expect(await rowsOf(JSON.stringify(rows), size)).toEqual(rows);
  expect(await rowsOf(` [\n${JSON.stringify(rows, undefined, 2).slice(1)}\n`, size)).toEqual(rows);
});

test("an empty list has no rows", async () => {
  expect(await rowsOf("[]")).toEqual([]);
  expect(await rowsOf("[ ]\n")).toEqual([]);
});

test.each([
  ["nothing", ""],
  ["no list", '{"a":1}'],
  ["a list of numbers", "[1,2]"],
  ["a text that ends early", '[{"a":1},{"b":'],
  ["a list that ends early", '[{"a":1}'],
  ["a second list", "[][]"],
  ["a broken object", '[{"a":}]'],
  ["a list of bare words", "[a]"],
])("%s is refused", async (_name, text) => {
  await expect(rowsOf(text)).rejects.toThrow();
});

test("a row of 65,536 characters is taken, a longer one refused before all of it is in memory", async () => {
  const row = (length: number): string => `[{"a":"${"x".repeat(length - 8)}"}]`;
  expect(await rowsOf(row(65_536), 4_096)).toHaveLength(1);
  let read = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('[{"a":"');
    for (; ; read += 1_024) yield new TextEncoder().encode("x".repeat(1_024));
  }
  await expect(async () => {
    for await (const _ of reportRows(endless())) throw new Error("no row is whole");
  }).rejects.toThrow("no JSON array of objects");
  expect(read).toBeLessThan(70_000);
});
