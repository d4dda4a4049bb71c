// What publishing reads and writes: registry rows in, edge store keys out.
import type { Authority } from "#core/authority/authority.ts";

/** A slot that the edge must refuse. `burnt`: the CA may have signed something for it that we never recorded. */
export type DeniedSlot = {
  readonly offset: number;
  readonly state: "revoked" | "held" | "burnt";
  readonly notAfter: Date;
};

export type PublicationRegistry = {
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  readonly readDeniedSlots: (page: string) => Promise<readonly DeniedSlot[]>;
  readonly recordProvisioned: (authorityId: string, provisionedSlots: number) => Promise<void>;
};

export type StoreChange = { readonly key: string; readonly value: string };

export type StoreWriteResult =
  | { readonly kind: "written"; readonly tag: string; readonly totalBytes: number; readonly keyCount: number }
  /** Somebody else wrote since the tag was read: what was computed may be old. */
  | { readonly kind: "stale" }
  | { readonly kind: "full" };

export type EdgeStore = {
  readonly readTag: () => Promise<string>;
  /** All or nothing; at most 50 keys (the store's own limit). Throws `edge_store.unavailable`. */
  readonly write: (tag: string, puts: readonly StoreChange[]) => Promise<StoreWriteResult>;
};
