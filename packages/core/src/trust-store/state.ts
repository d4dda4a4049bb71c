// What the registry remembers of CloudFront's trust store: the bundle that was handed to it last, and the one in force.
// CloudFront shows neither the text of a bundle nor who wrote it, only an ETag; so this is how we know our own.

/** A bundle, without its text: that is in S3, under its own digest. */
export type BundleVersion = {
  /** Of the PEM text, lower-case hex. */
  readonly sha256: string;
  readonly certificates: number;
  /** The authorities whose CAs it holds. */
  readonly authorityIds: readonly string[];
  /** Whether the edge asks the certificates' OCSP responders. */
  readonly ocsp: boolean;
};

export type WrittenBundle = BundleVersion & {
  readonly etag: string;
  readonly at: Date;
  /** Whether it was seen to be in force, or to have failed. */
  readonly isSettled: boolean;
};

export type TrustStoreState = {
  /** An update is about to be sent, or was sent by a run that died: a strange ETag may be our own. */
  readonly writing?: BundleVersion | undefined;
  readonly written?: WrittenBundle | undefined;
  readonly live?: (BundleVersion & { readonly since: Date }) | undefined;
  /** Why the one that was written last is not in force. */
  readonly fault?: { readonly reason: string; readonly at: Date } | undefined;
  /** Distributions that use the store, as of the last bundle that came into force. */
  readonly distributions: readonly string[];
  /** Counts writes; 0 has not been written yet. */
  readonly version: number;
};

export const noTrustStoreState: TrustStoreState = { distributions: [], version: 0 };

export function isSameBundle(a: BundleVersion, b: BundleVersion): boolean {
  return a.sha256 === b.sha256 && a.ocsp === b.ocsp;
}
