// The verifier as one file with nothing to install, for origins that are not built with this project.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** What an origin calls, by the file that holds it. */
const offered = {
  "adapter/from-node-request.ts": ["fromNodeRequest"],
  "adapter/from-lambda-event.ts": ["fromLambdaEvent"],
  "adapter/middleware.ts": ["requireViewer", "viewerOf"],
  "chain/trust.ts": ["trustOrigin", "trustViewers"],
  "chain/revocation-list.ts": ["readRevocationList"],
  "viewer/distinguished-name.ts": ["parseDistinguishedName", "onlyValue", "valuesOf"],
} as const;

/** An ES module for Node 20 or newer; it imports node's own modules and nothing else. */
export async function buildVerifier(): Promise<string> {
  const lines = Object.entries(offered).map(
    ([file, names]) => `export { ${names.join(", ")} } from "./${file}";`,
  );
  const result = await build({
    stdin: {
      contents: lines.join("\n"),
      resolveDir: fileURLToPath(new URL("..", import.meta.url)),
      loader: "ts",
    },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "silent",
  });
  return result.outputFiles[0]?.text ?? "";
}
