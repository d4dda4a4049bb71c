// What issuing and publishing need to know and change about authorities.
import type { AuditRecord } from "#core/audit.ts";
import type { Authority, ManagedAuthority, SlotBlock } from "./authority.ts";

export type AuthorityRegistry = {
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  /** False when the id is taken: authority ids are never reused (edge-slot pages would speak for new certificates). */
  readonly insertAuthority: (authority: Authority, audit: AuditRecord) => Promise<boolean>;
  /** Cuts `size` slots at `authority.nextSlot`; undefined when the counter moved or the pages are not there yet. */
  readonly cutBlock: (authority: ManagedAuthority, size: number) => Promise<SlotBlock | undefined>;
  /** Only ever raises the mark. */
  readonly recordProvisioned: (authorityId: string, provisionedSlots: number) => Promise<void>;
};
