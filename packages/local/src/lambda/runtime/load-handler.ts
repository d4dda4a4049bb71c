// Loads a function's bundle and finds its handler, with the runtime's own error types for what can go wrong.
import { pathToFileURL } from "node:url";
import { errorDocument } from "./error-document.ts";

export type Handler = (event: unknown, context: unknown) => unknown;

export type LoadedHandler =
  | { readonly kind: "loaded"; readonly handler: Handler }
  | { readonly kind: "failed"; readonly payload: string };

export async function loadHandler(bundlePath: string, name: string): Promise<LoadedHandler> {
  let bundle: Readonly<Record<string, unknown>>;
  try {
    bundle = await import(pathToFileURL(bundlePath).href);
  } catch (error) {
    return { kind: "failed", payload: errorDocument(error, loadErrorType(error)) };
  }
  const handler = bundle[name];
  // A function at run time; its signature is the runtime's contract with the bundle.
  if (typeof handler === "function") return { kind: "loaded", handler: handler as Handler };
  const problem =
    handler === undefined
      ? new Error(`${name} is undefined or not exported`)
      : new Error(`${name} is not a function`);
  return { kind: "failed", payload: errorDocument(problem, "Runtime.HandlerNotFound") };
}

function loadErrorType(error: unknown): string | undefined {
  if (error instanceof SyntaxError) return "Runtime.UserCodeSyntaxError";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND"
    ? "Runtime.ImportModuleError"
    : undefined;
}
