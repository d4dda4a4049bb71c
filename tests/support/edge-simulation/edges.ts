// Edge locations: every change of a key reaches each of them after its own random time, later changes of one key never
// before earlier ones. The verdict is the edge function's own.
import type { StoreChanges } from "#core/publication/ports.ts";
import { judge } from "#edge/function/judge.ts";
import { isAdmitted } from "#edge/function/verdict.ts";
import { plain } from "#support/edge-vectors/configured-vectors.ts";
import { propagationMs, type World } from "./world.ts";

type Arrival = { readonly value: string | undefined; readonly dueMs: number };

export type Edge = {
  readonly values: Map<string, string>;
  readonly arriving: Map<string, readonly Arrival[]>;
};

// The build puts the configuration in this global's place; here the function runs from its source.
Object.assign(globalThis, { EDGE_CONFIGURATION: plain });

export function anEdge(): Edge {
  return { values: new Map(), arriving: new Map() };
}

/** Tells every edge of an acknowledged write. */
export function spread(world: World, edges: readonly Edge[], { puts, deletes }: StoreChanges): void {
  const changes = [
    ...deletes.map(key => ({ key, value: undefined })),
    ...puts.map(({ key, value }) => ({ key, value })),
  ];
  for (const edge of edges) {
    for (const { key, value } of changes) {
      const waiting = edge.arriving.get(key) ?? [];
      // Most come soon, some as late as they may.
      const delay = propagationMs * world.random.share() ** 3;
      const dueMs = Math.max(world.nowMs + delay, waiting.at(-1)?.dueMs ?? 0);
      edge.arriving.set(key, [...waiting, { value, dueMs }]);
    }
  }
}

/** What the edge knows of a key by now. */
export function readAt(edge: Edge, key: string, nowMs: number): string | undefined {
  const waiting = edge.arriving.get(key);
  if (waiting !== undefined) {
    const later = waiting.filter(({ dueMs }) => dueMs > nowMs);
    const newest = waiting[waiting.length - later.length - 1];
    if (newest?.value !== undefined) edge.values.set(key, newest.value);
    else if (newest !== undefined) edge.values.delete(key);
    if (later.length === 0) edge.arriving.delete(key);
    else edge.arriving.set(key, later);
  }
  return edge.values.get(key);
}

/** One handshake: whether the edge admits the certificate of this slot. */
export async function admits(world: World, edge: Edge, slot: number): Promise<boolean> {
  const certificate = {
    issuer: world.authority.issuerDn,
    subject: `O=acme, OU=ec-${slot.toString(16)}, CN=device-${slot}`,
    serialNumber: "4a:3f:5c",
  };
  const store = {
    get: async (key: string) => {
      const value = readAt(edge, key, world.nowMs);
      if (value === undefined) throw new Error("KeyNotFound");
      return value;
    },
    exists: async (key: string) => readAt(edge, key, world.nowMs) !== undefined,
  };
  return isAdmitted(await judge(certificate, () => "good", store));
}
