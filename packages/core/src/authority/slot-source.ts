// Hands out slots one by one from blocks, so that one write to a counter serves many certificates.
// A worker that dies loses the rest of its slots: they have no certificate, and a good bit harms nobody.

import type { SlotNeed, SlotSource } from "#core/enrolment/ports.ts";
import { fail } from "#core/error.ts";
import { type Authority, isManaged, type ManagedAuthority } from "./authority.ts";
import { type BlockOwner, chunkSize } from "./block.ts";
import { type PooledSlot, slotsFromLot, slotsFromOnlineBlock } from "./draw-slots.ts";
import type { AuthorityRegistry, BlockRegistry } from "./ports.ts";

export type SlotSourceOptions = {
  /** Slots in an online block; `chunkSize` when not given. */
  readonly blockSize?: number;
  readonly cacheMs: number;
  readonly now: () => Date;
  /** Waits before the attempt of this number, from 1: workers that race for a counter should not race in step. */
  readonly pause: (attempt: number) => Promise<void>;
};

export type SlotRegistry = Pick<AuthorityRegistry, "listAuthorities"> & BlockRegistry;

/** Lots that one worker keeps slots of; the one that came first makes room, its slots stay unused. */
const mostPools = 64;
const mostAttempts = 16;

/**
 * `take` refuses with `authority.unavailable` when no authority issues or its pages are not provisioned yet, and with
 * `lot.revoked` when enrolment into the lot is over.
 */
export function slotSource(
  registry: SlotRegistry,
  options: SlotSourceOptions,
): SlotSource & { readonly authorities: () => Promise<readonly Authority[]> } {
  let known: readonly Authority[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  // Highest slot first, so that `pop` hands them out in order: neighbours in time are neighbours in a page.
  const pools = new Map<string, PooledSlot[]>();

  async function authorities(): Promise<readonly Authority[]> {
    const now = options.now().getTime();
    if (now - readAt > options.cacheMs || now < readAt) {
      known = await registry.listAuthorities();
      readAt = now;
    }
    return known;
  }

  async function draw(owner: BlockOwner, lotSize: number | undefined): Promise<readonly PooledSlot[]> {
    // Workers race for the counters: the loser reads them again and tries its luck a few times.
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      if (attempt > 0) await options.pause(attempt);
      known = await registry.listAuthorities();
      readAt = options.now().getTime();
      const authority = issuing(known);
      if (authority === undefined) {
        fail("authority.unavailable", { retryAfterSeconds: 30, reason: "no authority is active" });
      }
      const slots =
        owner.kind === "online"
          ? await slotsFromOnlineBlock(registry, authority, options.blockSize ?? chunkSize, options.now())
          : await slotsFromLot(registry, authority, owner, lotSize, options.now());
      if (slots.length > 0) return slots;
    }
    return fail("registry.busy", { retryAfterSeconds: 1 });
  }

  function poolOf(owner: BlockOwner): PooledSlot[] {
    const key = owner.kind === "online" ? "online" : `${owner.kind} ${owner.tenant} ${owner.lot}`;
    const pool = pools.get(key) ?? [];
    pools.set(key, pool);
    const [oldest] = pools.keys();
    if (pools.size > mostPools && oldest !== undefined) pools.delete(oldest);
    return pool;
  }

  return {
    authorities,
    take: async need => {
      const owner = ownerFor(need);
      const active = issuing(await authorities());
      const pool = poolOf(owner);
      let taken = popUsable(pool, active, options.now());
      if (taken === undefined) {
        // In front: what another call has put there meanwhile is handed out first.
        pool.unshift(...(await draw(owner, need.lotSize)));
        taken = pool.pop();
      } else if (owner.kind !== "online" && (await registry.isLotRevoked(owner.tenant, owner.lot))) {
        pool.length = 0;
        fail("lot.revoked", { lot: owner.lot });
      }
      if (taken === undefined) return fail("registry.busy", { retryAfterSeconds: 1 });
      const { authority, slot, expiresBy } = taken;
      return { authority, slot, expiresBy, giveBack: () => void pool.push(taken) };
    },
    authorityById: async id => {
      const found = (await authorities()).filter(isManaged).find(authority => authority.id === id);
      if (found !== undefined) return found;
      readAt = Number.NEGATIVE_INFINITY;
      return (await authorities()).filter(isManaged).find(authority => authority.id === id);
    },
  };
}

/** Slots past their block's time, or of an authority that no longer issues, are dropped: they stay good and unused. */
function popUsable(
  pool: PooledSlot[],
  active: ManagedAuthority | undefined,
  now: Date,
): PooledSlot | undefined {
  for (let slot = pool.pop(); slot !== undefined; slot = pool.pop()) {
    if (slot.authority.id === active?.id && now < slot.usableUntil) return slot;
  }
  return undefined;
}

function ownerFor({ tenant, lot, purpose }: SlotNeed): BlockOwner {
  if (lot === undefined) return { kind: "online" };
  return { kind: purpose === "renew" ? "renewal" : "lot", tenant, lot };
}

function issuing(authorities: readonly Authority[]): ManagedAuthority | undefined {
  return authorities.filter(isManaged).find(({ state }) => state === "active");
}
