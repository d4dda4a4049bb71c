// Builds the two edge functions: one file each, nothing to install, the configuration inlined. Fails rather than
// hand out a file that CloudFront would refuse.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type {
  BuiltConfiguration,
  EdgeConfiguration,
  OcspPolicy,
  OcspPreset,
} from "../function/configuration.ts";
import { findConfigurationFaults } from "./configuration-faults.ts";
import { findUnsupportedSyntax } from "./syntax-gate.ts";

/** CloudFront's limit for the source of a function; not adjustable. */
export const largestFunctionBytes = 10_240;

export type EdgeFunctions = {
  /** Source of the connection function; its handler is `connectionHandler`. */
  readonly connection: string;
  /** Source of the viewer-request function; its handler is `handler`. */
  readonly viewerRequest: string;
};

/** Throws an Error that says what is wrong: the configuration, unsupported syntax, an import or the size. */
export async function buildEdgeFunctions(configuration: EdgeConfiguration): Promise<EdgeFunctions> {
  const faults = findConfigurationFaults(configuration);
  if (faults.length > 0) throw new Error(`edge configuration: ${faults.join("; ")}`);
  const [connection, viewerRequest] = await Promise.all([
    buildFunction("connection", "connectionHandler", spelledOut(configuration)),
    buildFunction("viewer-request", "handler", spelledOut(configuration)),
  ]);
  return { connection, viewerRequest };
}

const ocspPresets = {
  "refuse-revoked": { off: "admit", unknown: "admit", error: "admit" },
  "require-good": { off: "refuse", unknown: "refuse", error: "refuse" },
} as const satisfies Record<OcspPreset, OcspPolicy>;

function spelledOut(configuration: EdgeConfiguration): BuiltConfiguration {
  const { ocsp } = configuration;
  return { ...configuration, ocsp: typeof ocsp === "string" ? ocspPresets[ocsp] : ocsp };
}

async function buildFunction(
  entry: string,
  handler: string,
  configuration: BuiltConfiguration,
): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(`../function/${entry}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    // The runtime is ES5.1 plus a list; what is neither, esbuild translates or refuses.
    target: "es5",
    supported: { "const-and-let": true, "async-await": true, "template-literal": true, arrow: true },
    external: ["cloudfront", "crypto"],
    // Statements stay as written: the syntax minifier would fold `await` into expressions, where njs is weakest.
    minifyWhitespace: true,
    minifyIdentifiers: true,
    charset: "ascii",
    define: { EDGE_CONFIGURATION: JSON.stringify(configuration) },
    logLevel: "silent",
  });
  const source = putImportsFirst(nameHandler(result.outputFiles[0]?.text ?? "", handler));
  const findings = findUnsupportedSyntax(source);
  if (findings.length > 0) throw new Error(`${entry}: not in the edge runtime: ${findings.join("; ")}`);
  const sizeBytes = Buffer.byteLength(source);
  if (sizeBytes > largestFunctionBytes)
    throw new Error(`${entry}: ${sizeBytes} bytes, the edge takes ${largestFunctionBytes}`);
  return source;
}

// The runtime knows no `export`: it calls a function by its global name. Ours is exported, so that esbuild keeps it.
function nameHandler(source: string, handler: string): string {
  const [statement, local] = new RegExp(`export\\{(\\w+) as ${handler}\\};\\s*$`).exec(source) ?? [];
  const parts = source.split(`async function ${local}(`);
  if (statement === undefined || parts.length !== 2)
    throw new Error(`${handler} is not the entry's only export`);
  return parts.join(`async function ${handler}(`).replace(statement, "");
}

// Where every documented sample has them.
function putImportsFirst(source: string): string {
  const statement = /import \w+ from"\w+";/g;
  return (source.match(statement) ?? []).join("") + source.replace(statement, "");
}
