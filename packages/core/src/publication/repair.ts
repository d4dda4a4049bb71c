// Writes what the reconciler found wrong. Every part is computed anew under the store's tag by `writeChanges`, so that
// a revocation recorded meanwhile is written too and never undone.
import { isAppError } from "#core/error.ts";
import { pageChange } from "./desired.ts";
import { readDesired } from "./desired-content.ts";
import type { DifferenceKind } from "./difference.ts";
import type { Reconciliation } from "./edge-status.ts";
import type { StoreChange, StoreChanges } from "./ports.ts";
import { generationChange, type PublishDeps } from "./publish.ts";
import { bothPublished, nothingWritten, type PublishResult, writeChanges } from "./write-changes.ts";

export type Repaired = Pick<
  Reconciliation,
  "keysWritten" | "calls" | "conflicts" | "storeFull" | "totalBytes" | "keyCount"
>;
type Wrong = ReadonlyMap<string, DifferenceKind>;

/** Ten store calls, the generation included: short enough that other writers seldom make it start over. */
const keysPerPart = 499;

/** One store call, the generation included. */
const keysPerCall = 49;

/** Never refuses with `edge_store.full`: what found no room refuses more than it should, and the result says so. */
export async function repair(deps: PublishDeps, wrong: Wrong): Promise<Repaired> {
  const of = (kind: DifferenceKind) => [...wrong.keys()].filter(key => wrong.get(key) === kind);
  let written = nothingWritten;
  let storeFull = false;
  const write = async (keys: readonly string[]): Promise<boolean> => {
    const result = await writePart(deps, wrong, keys);
    if (result === "full") storeFull = true;
    else written = bothPublished(written, result);
    return result !== "full";
  };
  // What makes room goes first.
  for (const part of inParts([...of("extra"), ...of("altered"), ...of("missing")], keysPerPart))
    await write(part);
  // An authority that was closed for want of room is opened again only where every key that it lacks has found some.
  if (storeFull) return summary(written, storeFull);
  // What is coarse takes room and lacks nothing but mercy: as many as fit, and where a call does not, its keys alone.
  for (const part of inParts(of("coarse"), keysPerCall)) {
    if (await write(part)) continue;
    for (const key of part) if (!(await write([key]))) break;
    break;
  }
  return summary(written, storeFull);
}

function summary({ keys: keysWritten, ...rest }: PublishResult, storeFull: boolean): Repaired {
  return { keysWritten, storeFull, ...rest };
}

function inParts(keys: readonly string[], size: number): readonly (readonly string[])[] {
  const parts: (readonly string[])[] = [];
  for (let from = 0; from < keys.length; from += size) parts.push(keys.slice(from, from + size));
  return parts;
}

async function writePart(
  deps: PublishDeps,
  wrong: Wrong,
  keys: readonly string[],
): Promise<PublishResult | "full"> {
  try {
    return await writeChanges(deps.store, () => desiredChanges(deps, wrong, keys));
  } catch (error) {
    if (isAppError(error, "edge_store.full")) return "full";
    throw error;
  }
}

async function desiredChanges(
  { registry, now }: PublishDeps,
  wrong: Wrong,
  keys: readonly string[],
): Promise<StoreChanges> {
  const puts: StoreChange[] = [];
  const deletes: string[] = [];
  for (const [key, content] of await readDesired(registry, keys, now())) {
    if (content.kind === "page") puts.push(pageChange(key, content.bits));
    if (content.kind === "text") puts.push(content.change);
    if (content.kind === "absent" && wrong.get(key) !== "missing") deletes.push(key);
  }
  return { puts: [...puts, generationChange(now())], deletes };
}
