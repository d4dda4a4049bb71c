// Whether the edge store holds what a plan has ordered. The store itself is asked, so that `published` is true whatever
// became of the stream's events: a publisher or the reconciler has written it, or it is not there.
import { desiredAuthorityRecord } from "#core/publication/desired.ts";
import type { EdgeStore } from "#core/publication/ports.ts";
import { severalAtOnce } from "#core/several-at-once.ts";
import { decodePage } from "#core/slot-page/decode.ts";
import { pageSize, slotState } from "#core/slot-page/page.ts";
import { serialKey } from "#core/slot-page/serial-key.ts";
import { pageKey, pageOf } from "#core/slot-page/slot.ts";
import type { AdvanceDeps } from "./apply-ports.ts";
import { keysOfPart, type PlanPart, type PlanWork, partsOf } from "./plan-work.ts";
import { hasBit } from "./selection.ts";

/** One GetKey each; beyond that a listing is cheaper (50 keys a call). */
const mostSingleReads = 200;
const readsAtOnce = 8;

/** Refuses with `edge_store.unavailable`. */
export async function isAtTheEdge(deps: AdvanceDeps, work: PlanWork): Promise<boolean> {
  if (work.authority !== undefined) return isAuthorityAtTheEdge(deps, work.authority.id);
  const parts = partsOf(await deps.registry.readSelection(work.planId));
  const read = await reader(deps.store, parts);
  if (read === undefined) return false;
  const refused = await severalAtOnce(parts, readsAtOnce, part => isRefused(read, part));
  return refused.every(Boolean);
}

/** Undefined while the store changes faster than it can be listed: then it is looked at again. */
async function reader(
  store: AdvanceDeps["store"],
  parts: readonly PlanPart[],
): Promise<EdgeStore["read"] | undefined> {
  if (parts.reduce((sum, part) => sum + keysOfPart(part), 0) <= mostSingleReads) return store.read;
  const listing = await store.list();
  return listing === undefined ? undefined : async key => listing.items.get(key);
}

async function isRefused(read: EdgeStore["read"], part: PlanPart): Promise<boolean> {
  const { authorityId } = part;
  if (part.kind === "serial") return (await read(serialKey(authorityId, part.serial))) !== undefined;
  if (part.kind === "page")
    return refusesAll(await read(pageKey(authorityId, part.page)), offset => hasBit(part.slots, offset));
  const { first, last } = part;
  for (let page = pageOf(first); page <= pageOf(last); page += 1) {
    const isOurs = (offset: number): boolean =>
      first <= page * pageSize + offset && page * pageSize + offset <= last;
    if (!refusesAll(await read(pageKey(authorityId, page)), isOurs)) return false;
  }
  return true;
}

/** A page that is missing or malformed refuses all of its certificates (invariant I8). */
function refusesAll(stored: string | undefined, isOurs: (offset: number) => boolean): boolean {
  const bits = stored === undefined ? undefined : decodePage(stored);
  return bits === undefined || bits.every((bit, offset) => bit === slotState.revoked || !isOurs(offset));
}

async function isAuthorityAtTheEdge(deps: AdvanceDeps, authorityId: string): Promise<boolean> {
  const authority = (await deps.registry.listAuthorities()).find(({ id }) => id === authorityId);
  if (authority === undefined) return false;
  const { key, value } = await desiredAuthorityRecord(authority);
  return (await deps.store.read(key)) === value;
}
