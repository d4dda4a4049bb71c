// Hands out slots one by one from blocks, so that one write to a counter serves many certificates.
// A worker that dies loses the rest of its slots: they have no certificate, and a good bit harms nobody.

import type { SlotNeed, SlotSource, TakenSlot } from "#core/enrolment/ports.ts";
import { fail } from "#core/error.ts";
import { type Authority, isManaged, issuingAuthority, type ManagedAuthority } from "./authority.ts";
import { type BlockOwner, blockLife, chunkSize } from "./block.ts";
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

export type SlotRegistry = Pick<AuthorityRegistry, "listAuthorities" | "recordExhausted"> & BlockRegistry;

/** Lots that one worker keeps slots of; the one that came first makes room, its slots stay unused. */
const mostPools = 64;
const mostAttempts = 16;

/**
 * `take` refuses with `authority.unavailable` when no authority issues or its pages are not provisioned yet, with
 * `ca.exhausted` when all that would have used up their CA, and with `lot.revoked` when enrolment into the lot is over.
 */
export function slotSource(
  registry: SlotRegistry,
  options: SlotSourceOptions,
): SlotSource & { readonly authorities: () => Promise<readonly Authority[]> } {
  let known: readonly Authority[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<readonly Authority[]> | undefined;
  // Highest slot first, so that `pop` hands them out in order: neighbours in time are neighbours in a page.
  const pools = new Map<string, PooledSlot[]>();
  const turns = new WeakMap<PooledSlot[], Promise<unknown>>();

  async function authorities(): Promise<readonly Authority[]> {
    const now = options.now().getTime();
    if (now - readAt <= options.cacheMs && now >= readAt) return known;
    // A lot's lines all come here at once.
    reading ??= registry.listAuthorities().finally(() => {
      reading = undefined;
    });
    known = await reading;
    readAt = now;
    return known;
  }

  async function draw(owner: BlockOwner, lifeMs: number): Promise<readonly PooledSlot[]> {
    // Workers race for the counters: the loser reads them again and tries its luck a few times.
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      if (attempt > 0) await options.pause(attempt);
      known = await registry.listAuthorities();
      readAt = options.now().getTime();
      const authority = issuingAuthority(known) ?? refuseToIssue(known);
      const slots =
        owner.kind === "online"
          ? await slotsFromOnlineBlock(
              registry,
              authority,
              options.blockSize ?? chunkSize,
              lifeMs,
              options.now(),
            )
          : await slotsFromLot(registry, authority, owner, lifeMs, options.now());
      if (slots.length > 0) return slots;
    }
    return fail("registry.busy", { retryAfterSeconds: 1 });
  }

  /** Slots of one owner and one life: each of them will do for whoever comes. */
  function poolOf(owner: BlockOwner, lifeMs: number): PooledSlot[] {
    const name = owner.kind === "online" ? "online" : `${owner.kind} ${owner.tenant} ${owner.lot}`;
    const key = `${lifeMs} ${name}`;
    const pool = pools.get(key) ?? [];
    pools.set(key, pool);
    const [oldest] = pools.keys();
    if (pools.size > mostPools && oldest !== undefined) pools.delete(oldest);
    return pool;
  }

  /** One at a time for each pool: calls that come at once would each draw a chunk, and a lot's block is not endless. */
  async function inTurn<T>(pool: PooledSlot[], act: () => Promise<T>): Promise<T> {
    const before = turns.get(pool);
    const mine = (before ?? Promise.resolve()).then(act);
    turns.set(
      pool,
      mine.catch(() => undefined),
    );
    return mine;
  }

  async function takeSome(need: SlotNeed, atMost: number): Promise<readonly TakenSlot[]> {
    const owner = ownerFor(need);
    const active = issuingAuthority(await authorities());
    const lifeMs = blockLife(need.validUntil.getTime() - options.now().getTime());
    const pool = poolOf(owner, lifeMs);
    return inTurn(pool, async () => {
      const mark = owner.kind === "online" ? {} : await registry.readLotMark(owner.tenant, owner.lot);
      if (mark.revocation !== undefined) pool.length = 0;
      let taken = popUsable(pool, active, options.now(), atMost);
      if (taken.length === 0) {
        // In front: what was given back meanwhile is handed out first. Refuses a lot that is revoked.
        pool.unshift(...(await draw(owner, lifeMs)));
        taken = pool.splice(-atMost).reverse();
      }
      return taken.map(slot => ({
        ...slot,
        forExpectedHolder: owner.kind === "lot" && mark.expectedHolders !== undefined,
        giveBack: () => void pool.push(slot),
      }));
    });
  }

  return {
    authorities,
    takeSome,
    take: async need => {
      const [taken] = await takeSome(need, 1);
      return taken ?? fail("registry.busy", { retryAfterSeconds: 1 });
    },
    authorityById: async id => {
      const found = (await authorities()).filter(isManaged).find(authority => authority.id === id);
      if (found !== undefined) return found;
      readAt = Number.NEGATIVE_INFINITY;
      return (await authorities()).filter(isManaged).find(authority => authority.id === id);
    },
    recordExhausted: async (authority, audit) => {
      const isFirst = await registry.recordExhausted(authority.id, audit.at, audit);
      readAt = Number.NEGATIVE_INFINITY;
      return isFirst;
    },
  };
}

/** Slots past their block's time, or of an authority that no longer issues, are dropped: they stay good and unused. */
function popUsable(
  pool: PooledSlot[],
  active: ManagedAuthority | undefined,
  now: Date,
  atMost: number,
): readonly PooledSlot[] {
  const usable: PooledSlot[] = [];
  for (let slot = pool.pop(); slot !== undefined; slot = pool.pop()) {
    if (slot.authority.id === active?.id && now < slot.usableUntil) usable.push(slot);
    if (usable.length === atMost) break;
  }
  return usable;
}

function ownerFor({ tenant, lot, purpose }: SlotNeed): BlockOwner {
  if (lot === undefined) return { kind: "online" };
  return { kind: purpose === "renew" ? "renewal" : "lot", tenant, lot };
}

function refuseToIssue(authorities: readonly Authority[]): never {
  if (authorities.filter(isManaged).some(({ state }) => state === "active")) {
    fail("ca.exhausted", { retryAfterSeconds: 300 });
  }
  return fail("authority.unavailable", { retryAfterSeconds: 30, reason: "no authority is active" });
}
