// Runs inside QuickJS. The one door to the host: JSON text in, JSON text out, so that no NUL or lone surrogate
// is lost on the way and no host object is ever reachable from a function.

declare global {
  var __host: ((operation: string, argumentsText: string) => string) | undefined;
}

const host = globalThis.__host;
Reflect.deleteProperty(globalThis, "__host");

/** Calls a host operation; throws what the host refuses. */
export function callHost(operation: string, ...values: readonly unknown[]): unknown {
  if (host === undefined) throw new Error("no host");
  const answer: { readonly value?: unknown; readonly error?: string } = JSON.parse(
    host(operation, JSON.stringify(values)),
  );
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.value;
}
