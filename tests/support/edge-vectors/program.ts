// Puts a built function, the driver and the vectors together as one program, for an engine that can load the modules
// `cloudfront`, `crypto` and `input` and prints what `console.log` is given.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Outcome, Vector } from "./vector.ts";

export type Program = {
  readonly main: string;
  readonly modules: { readonly cloudfront: string; readonly input: string };
};

/** An engine: runs the program and gives back the outcome of each vector. */
export type Engine = (program: Program) => Promise<readonly Outcome[]>;

export function toProgram(
  source: string,
  handler: "connectionHandler" | "handler",
  vectors: readonly Vector[],
  commonStore: Readonly<Record<string, string>>,
): Program {
  return {
    main: `import input from "input";\n${source}\n${readBeside("driver.js")}\nrunVectors(${handler});\n`,
    modules: {
      cloudfront: readBeside("cloudfront.js"),
      // Parsed at run time: njs is slow to compile a large literal.
      input: `export default JSON.parse(${JSON.stringify(JSON.stringify({ vectors, commonStore }))});\n`,
    },
  };
}

export function parseOutcomes(printed: string): readonly Outcome[] {
  // The driver's own output, in its own shape.
  return JSON.parse(printed) as readonly Outcome[];
}

function readBeside(name: string): string {
  return readFileSync(fileURLToPath(new URL(name, import.meta.url)), "utf8");
}
