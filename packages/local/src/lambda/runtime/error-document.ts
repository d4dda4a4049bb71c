// The JSON document by which Lambda's Node.js runtime reports an error.

/** Describes whatever was thrown: `errorType`, `errorMessage`, `trace`. */
export function errorDocument(thrown: unknown, errorType?: string): string {
  if (thrown instanceof Error) {
    return JSON.stringify({
      errorType: errorType ?? thrown.name,
      errorMessage: thrown.message,
      trace: (thrown.stack ?? "").split("\n"),
    });
  }
  return JSON.stringify({ errorType: errorType ?? typeof thrown, errorMessage: String(thrown), trace: [] });
}

/** The document of a promise that nobody handled; the reason's own type is inside. */
export function unhandledRejectionDocument(reason: unknown): string {
  const cause = JSON.parse(errorDocument(reason)) as { readonly trace: readonly string[] };
  return JSON.stringify({
    errorType: "Runtime.UnhandledPromiseRejection",
    errorMessage: String(reason),
    reason: cause,
    promise: {},
    trace: [`Runtime.UnhandledPromiseRejection: ${String(reason)}`, ...cause.trace],
  });
}
