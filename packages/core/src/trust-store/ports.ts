// What keeping the trust store needs of the outside world.
import type { AuditRecord } from "#core/audit.ts";
import type { Authority } from "#core/authority/authority.ts";
import type { TrustStoreState } from "./state.ts";

/** The store as CloudFront shows it. */
export type StoreStatus = {
  readonly status: "pending" | "active" | "failed";
  readonly etag: string;
  readonly certificates: number;
  readonly reason?: string | undefined;
};

/** Where a bundle's text lies. */
export type BundleObject = { readonly key: string; readonly version?: string | undefined };

export type TrustStoreControl = {
  readonly read: () => Promise<StoreStatus>;
  /** CloudFront reads the object at once, and never again. `stale`: somebody else has changed the store. */
  readonly update: (
    etag: string,
    bundle: BundleObject,
    ocsp: boolean,
  ) => Promise<{ readonly kind: "accepted"; readonly etag: string } | { readonly kind: "stale" }>;
  readonly listDistributions: () => Promise<readonly string[]>;
};

export type BundleArchive = {
  /** Under its digest: the same text again is the same object. */
  readonly put: (sha256: string, pem: string) => Promise<BundleObject>;
};

export type TrustStoreRegistry = {
  /** Strongly consistent, as the next. */
  readonly read: () => Promise<TrustStoreState | undefined>;
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  /**
   * State and audit records in one transaction, if the row still has `state.version`; answers it with the next one.
   * Undefined when somebody else has written meanwhile.
   */
  readonly save: (
    state: TrustStoreState,
    audit: readonly AuditRecord[],
  ) => Promise<TrustStoreState | undefined>;
  /** PEM of certificates of the authority, its oldest and newest that are unexpired; none when it has none. */
  readonly sampleCertificates: (authority: Authority, now: Date) => Promise<readonly string[]>;
};
