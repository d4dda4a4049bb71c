// What publishing reads and writes: registry rows in, edge store keys out.
import type { Authority } from "#core/authority/authority.ts";
import type { Order, SlotOrder } from "#core/order/order.ts";
import type { Serial } from "#core/serial.ts";
import type { StoreUsage } from "./store-usage.ts";

/** A slot that the edge must refuse. `burnt`: the CA may have signed something for it that we never recorded. */
export type DeniedSlot = {
  readonly offset: number;
  readonly state: "revoked" | "held" | "burnt";
  readonly notAfter: Date;
};

export type PublicationRegistry = {
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  readonly readDeniedSlots: (page: string) => Promise<readonly DeniedSlot[]>;
  /** The authority's orders over ranges that end at or after `fromSlot`, lifted ones included. */
  readonly readOrders: (authorityId: string, fromSlot: number) => Promise<readonly Order[]>;
  /** Its orders over single slots of the pages from `fromPage` to `toPage`, both included; lifted ones too. */
  readonly readSlotOrders: (
    authorityId: string,
    fromPage: number,
    toPage: number,
  ) => Promise<readonly SlotOrder[]>;
  /** Those of `serials` that are revoked at the authority. Strongly consistent. */
  readonly readRevokedSerials: (
    authorityId: string,
    serials: readonly Serial[],
  ) => Promise<ReadonlySet<Serial>>;
  readonly recordProvisioned: (authorityId: string, provisionedSlots: number) => Promise<void>;
};

export type StoreChange = {
  readonly key: string;
  readonly value: string;
  /** Written instead when the store has no room: no longer than what it replaces, and refusing more, never less. */
  readonly whenFull?: { readonly key: string; readonly value: string };
};
export type StoreChanges = { readonly puts: readonly StoreChange[]; readonly deletes: readonly string[] };

export type StoreWriteResult =
  | { readonly kind: "written"; readonly tag: string; readonly totalBytes: number; readonly keyCount: number }
  /** Somebody else wrote since the tag was read: what was computed may be old. */
  | { readonly kind: "stale" }
  | { readonly kind: "full" };

export type StoreListing = { readonly tag: string; readonly items: ReadonlyMap<string, string> };

/** Every operation throws `edge_store.unavailable` when the store does not answer. */
export type EdgeStore = {
  readonly readTag: () => Promise<string>;
  readonly readUsage: () => Promise<StoreUsage>;
  readonly read: (key: string) => Promise<string | undefined>;
  /** The whole content as it was at one tag; undefined when it changed while it was being listed. */
  readonly list: () => Promise<StoreListing | undefined>;
  /** All or nothing; at most 50 keys, puts and deletes together (the store's own limit). */
  readonly write: (tag: string, changes: StoreChanges) => Promise<StoreWriteResult>;
};
