// Hands out slots one by one from blocks, so that one write to the authority's counter serves many certificates.
// A worker that dies loses the rest of its block: those slots have no certificate, and a good bit harms nobody.

import type { SlotSource } from "#core/enrolment/ports.ts";
import { fail } from "#core/error.ts";
import { type Slot, toSlot } from "#core/slot-page/slot.ts";
import { type Authority, isManaged, type ManagedAuthority } from "./authority.ts";
import type { AuthorityRegistry } from "./ports.ts";

export type SlotSourceOptions = {
  readonly blockSize: number;
  readonly cacheMs: number;
  readonly now: () => Date;
};

/** Refuses with `authority.unavailable` when no authority issues, or its pages are not provisioned yet. */
export function slotSource(
  registry: Pick<AuthorityRegistry, "listAuthorities" | "cutBlock">,
  options: SlotSourceOptions,
): SlotSource & { readonly authorities: () => Promise<readonly Authority[]> } {
  let known: readonly Authority[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let pool: { authority: ManagedAuthority; slots: Slot[] } | undefined;
  let switched = false;

  async function authorities(): Promise<readonly Authority[]> {
    const now = options.now().getTime();
    if (now - readAt > options.cacheMs || now < readAt) {
      known = await registry.listAuthorities();
      readAt = now;
    }
    return known;
  }

  async function refill(): Promise<{ authority: ManagedAuthority; slots: Slot[] }> {
    // Workers race for the counter: the loser reads it again and tries its luck a few times.
    for (let attempt = 0; attempt < 8; attempt += 1) {
      known = await registry.listAuthorities();
      readAt = options.now().getTime();
      const authority = issuing(known);
      if (authority === undefined) {
        fail("authority.unavailable", { retryAfterSeconds: 30, reason: "no authority is active" });
      }
      if (authority.provisionedSlots < authority.nextSlot + options.blockSize) {
        fail("authority.unavailable", {
          retryAfterSeconds: 2,
          reason: "the edge has no page for the next slots yet",
        });
      }
      const block = await registry.cutBlock(authority, options.blockSize);
      if (block === undefined) continue;
      // Lowest last, so that `pop` hands them out in order: neighbours in time are neighbours in a page.
      const slots = Array.from({ length: block.size }, (_, index) =>
        toSlot(block.first + block.size - 1 - index),
      );
      return { authority, slots: slots.filter(slot => slot !== undefined) };
    }
    return fail("registry.busy", { retryAfterSeconds: 1 });
  }

  return {
    authorities,
    take: async () => {
      const active = issuing(await authorities());
      // A pool of an authority that no longer issues is dropped: its slots stay good and unused.
      if (pool === undefined || pool.slots.length === 0 || pool.authority.id !== active?.id) {
        const before = pool?.authority.id;
        pool = await refill();
        switched ||= before !== undefined && before !== pool.authority.id;
      }
      const slot = pool.slots.pop();
      if (slot === undefined) return fail("registry.busy", { retryAfterSeconds: 1 });
      return { authority: pool.authority, slot };
    },
    giveBack: slot => {
      // A slot is a number of its authority. Once this worker has served two, one that comes back may be the other's,
      // whose number somebody else holds here: it is let go, like the rest of a dead worker's block.
      if (!switched) pool?.slots.push(slot);
    },
    authorityById: async id => {
      const found = (await authorities()).filter(isManaged).find(authority => authority.id === id);
      if (found !== undefined) return found;
      readAt = Number.NEGATIVE_INFINITY;
      return (await authorities()).filter(isManaged).find(authority => authority.id === id);
    },
  };
}

function issuing(authorities: readonly Authority[]): ManagedAuthority | undefined {
  return authorities.filter(isManaged).find(authority => authority.state === "active");
}
