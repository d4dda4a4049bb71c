// What any key of the edge store must say by the registry as it is now. One function decides for the reconciler's look,
// its second look and its repair, so that the three cannot disagree.
import { type Authority, isManaged } from "#core/authority/authority.ts";
import { parseSerial, type Serial } from "#core/serial.ts";
import { generationKey } from "#core/slot-page/generation.ts";
import type { PageBits } from "#core/slot-page/page.ts";
import { serialKey } from "#core/slot-page/serial-key.ts";
import { desiredAuthorityRecord, isClosedForRoom, serialChange } from "./desired.ts";
import { dyingPages, isPageIn, livePages, sparePages } from "./expected-keys.ts";
import type { PublicationRegistry, StoreChange } from "./ports.ts";
import { readPageBits } from "./publish.ts";

export type DesiredContent =
  | { readonly kind: "page"; readonly bits: PageBits }
  /** An authority's record, or the key of a revoked serial. */
  | {
      readonly kind: "text";
      readonly change: StoreChange;
      /** Whether what is stored instead is a full store's last resort. */
      readonly isClosedForRoom: (stored: string) => boolean;
    }
  /** The publisher's own counter: any count will do. */
  | { readonly kind: "generation" }
  /** A page that somebody is about to vouch for or to delete. It may exist; to touch it would race with them. */
  | { readonly kind: "spare" }
  | { readonly kind: "absent" };

/** Strongly consistent; one query per page among `keys`. */
export async function readDesired(
  registry: PublicationRegistry,
  keys: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, DesiredContent>> {
  const authorities = await registry.listAuthorities();
  const desired = new Map<string, DesiredContent>(keys.map(key => [key, { kind: "absent" }]));
  const isAsked = ({ key }: StoreChange): boolean => desired.has(key);
  for (const authority of authorities) {
    const change = await desiredAuthorityRecord(authority);
    const closed = (stored: string): boolean => isClosedForRoom(authority, stored);
    if (isAsked(change)) desired.set(change.key, { kind: "text", change, isClosedForRoom: closed });
  }
  for (const change of (await revokedSerialKeys(registry, keys, authorities)).filter(isAsked))
    desired.set(change.key, { kind: "text", change, isClosedForRoom: () => false });
  if (desired.has(generationKey)) desired.set(generationKey, { kind: "generation" });
  for (const key of keys)
    if ([sparePages, dyingPages].some(range => isPageIn(range, authorities, key)))
      desired.set(key, { kind: "spare" });
  const pages = keys.filter(key => isPageIn(livePages, authorities, key));
  for (const { key, bits } of await readPageBits(registry, pages, now))
    desired.set(key, { kind: "page", bits });
  return desired;
}

async function revokedSerialKeys(
  registry: PublicationRegistry,
  keys: readonly string[],
  authorities: readonly Authority[],
): Promise<readonly StoreChange[]> {
  const known = new Map(authorities.filter(authority => !isManaged(authority)).map(each => [each.id, each]));
  const asked = Map.groupBy(
    keys.flatMap(key => parseSerialKey(key) ?? []).filter(({ authorityId }) => known.has(authorityId)),
    ({ authorityId }) => authorityId,
  );
  const changes: StoreChange[] = [];
  for (const [authorityId, group] of asked) {
    const authority = known.get(authorityId);
    if (authority === undefined) continue;
    const serials = group.map(({ serial }) => serial);
    for (const serial of await registry.readRevokedSerials(authorityId, serials))
      changes.push(await serialChange(authority, serial));
  }
  return changes;
}

/** Undefined for every other key, and for a spelling that no edge asks for. */
function parseSerialKey(key: string): { readonly authorityId: string; readonly serial: Serial } | undefined {
  const [letter, authorityId = "", text = ""] = key.split(".");
  const serial = parseSerial(text);
  if (letter !== "s" || serial === undefined || serialKey(authorityId, serial) !== key) return undefined;
  return { authorityId, serial };
}
