// The one slot of a canary: cut from an authority that is prepared, which no other worker gets slots of.
import type { ManagedAuthority } from "#core/authority/authority.ts";
import { planBlock } from "#core/authority/block.ts";
import type { SlotSource } from "#core/enrolment/ports.ts";
import { fail } from "#core/error.ts";
import type { RehearsalBlocks } from "./ports.ts";

type CanarySlotDeps = {
  readonly slots: SlotSource;
  readonly blocks: RehearsalBlocks;
  readonly now: () => Date;
};

/** Undefined while the edge has no page for it. Refuses with `registry.busy` when the authority has changed meanwhile. */
export async function canarySlots(
  { slots, blocks, now }: CanarySlotDeps,
  authority: ManagedAuthority,
): Promise<SlotSource | undefined> {
  if (authority.nextSlot >= authority.provisionedSlots) return undefined;
  const block = planBlock(authority, { kind: "online" }, 1, now());
  if (!(await blocks.cutRehearsalBlock(authority, block))) {
    return fail("registry.busy", { retryAfterSeconds: 1 });
  }
  const taken = {
    authority,
    slot: block.first,
    expiresBy: block.expiresBy,
    forExpectedHolder: false,
    giveBack: () => undefined,
  };
  return { ...slots, take: async () => taken, takeSome: async () => [taken] };
}
