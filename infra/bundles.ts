// Builds what is uploaded, anew for each deployment, in a process of its own: SST's bundle of this file has lost the
// paths that the builds go by, and its Node need not run TypeScript.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EdgeConfiguration } from "#edge/function/configuration.ts";

export type Bundles = {
  /** The directory of a Lambda function's bundle, `index.mjs`. */
  readonly functionDirectory: (functionName: string) => string;
  readonly edgeSource: (distribution: string, kind: "connection" | "viewer-request") => string;
};

export function buildBundles(edge: Readonly<Record<string, EdgeConfiguration>>): Bundles {
  const { root } = $cli.paths;
  const node = join(root, "node_modules/.bin/node");
  execFileSync(node, ["scripts/build.ts", JSON.stringify(edge)], { cwd: root, stdio: "inherit" });
  return {
    functionDirectory: name => join(root, "dist/functions", name),
    edgeSource: (distribution, kind) =>
      readFileSync(join(root, "dist/edge", `${distribution}-${kind}.js`), "utf8"),
  };
}
