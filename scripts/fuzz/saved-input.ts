// A failing input as a file: what runs it again exactly, whatever keys the next process makes.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { type Input, routes } from "./bodies.ts";

const saved = z.object({
  route: z.enum(routes),
  body: z.base64(),
  isBase64Encoded: z.boolean(),
  headers: z.record(z.string(), z.string()),
});

/** Answers the file's path. */
export function saveInput(name: string, { body, ...input }: Input): string {
  const directory = join(tmpdir(), "edgecert-fuzz");
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${name}.json`);
  writeFileSync(path, JSON.stringify({ ...input, body: Buffer.from(body).toString("base64") }));
  return path;
}

export function readInput(path: string): Input {
  const { body, ...input } = saved.parse(JSON.parse(readFileSync(path, "utf8")));
  return { ...input, body: Buffer.from(body, "base64") };
}
