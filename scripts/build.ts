// npm run build: what a deployment uploads. One directory per Lambda function in dist/functions, and in dist/edge the two
// functions of each distribution whose configuration is given: JSON by distribution, such as `{"content": {…}}`.
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildEdgeFunctions } from "#edge/build/edge-functions.ts";
import type { EdgeConfiguration } from "#edge/function/configuration.ts";
import { buildFunctions } from "#functions/build/build-functions.ts";
import { functionCatalogue } from "#functions/catalogue/function-catalogue.ts";

const dist = join(import.meta.dirname, "../dist");
const functionsOut = join(dist, "functions");
const mapsOut = join(dist, "source-maps");
const edgeOut = join(dist, "edge");

/** Each in a directory of its own: SST adds the function's links to it. Source maps stay here, for whom a trace puzzles. */
async function buildAllFunctions(): Promise<void> {
  for (const directory of [functionsOut, mapsOut]) rmSync(directory, { recursive: true, force: true });
  mkdirSync(mapsOut, { recursive: true });
  await buildFunctions(functionsOut, name => `${name}/index`);
  for (const name of Object.keys(functionCatalogue)) {
    renameSync(join(functionsOut, name, "index.mjs.map"), join(mapsOut, `${name}.mjs.map`));
  }
}

/** The build checks each configuration, and says what is wrong with it. */
async function buildEdge(configurations: Readonly<Record<string, EdgeConfiguration>>): Promise<void> {
  rmSync(edgeOut, { recursive: true, force: true });
  mkdirSync(edgeOut, { recursive: true });
  for (const [name, configuration] of Object.entries(configurations)) {
    const { connection, viewerRequest } = await buildEdgeFunctions(configuration);
    writeFileSync(join(edgeOut, `${name}-connection.js`), connection);
    writeFileSync(join(edgeOut, `${name}-viewer-request.js`), viewerRequest);
  }
}

const edge: unknown = JSON.parse(process.argv[2] ?? "{}");
await buildAllFunctions();
// The deployment's own code wrote it: infra/bundles.ts.
await buildEdge(edge as Readonly<Record<string, EdgeConfiguration>>);
