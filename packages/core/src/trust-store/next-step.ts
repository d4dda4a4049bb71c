// What is to be done next about the trust store. Pure: `now` is passed in.
import type { StoreStatus } from "./ports.ts";
import { type BundleVersion, isSameBundle, type TrustStoreState } from "./state.ts";

export type Step =
  /** The store holds what it should, or has refused it a short while ago. */
  | { readonly kind: "kept" }
  /** CloudFront is at work: a store is not changed while a change is under way. */
  | { readonly kind: "wait" }
  /** What was written last is seen to be in force, or to have failed, for the first time. */
  | { readonly kind: "settled" }
  /** `isForeign`: what the store holds was written by somebody else. */
  | { readonly kind: "write"; readonly isForeign: boolean };

/** A bundle that CloudFront has refused is tried again, in case the cause was CloudFront's. */
const retryAfterMs = 3_600_000;

export function nextStep(
  state: TrustStoreState,
  desired: BundleVersion,
  store: StoreStatus,
  now: Date,
): Step {
  if (store.status === "pending") return { kind: "wait" };
  const { written, fault } = state;
  if (written === undefined) return { kind: "write", isForeign: false };
  if (!isOurs(state, store)) return { kind: "write", isForeign: state.writing === undefined };
  if (!written.isSettled) return { kind: "settled" };
  if (!isSameBundle(written, desired)) return { kind: "write", isForeign: false };
  const isDueAgain = fault !== undefined && now.getTime() - fault.at.getTime() >= retryAfterMs;
  return isDueAgain ? { kind: "write", isForeign: false } : { kind: "kept" };
}

/**
 * By its ETag. Whether coming into force changes the ETag is not documented: until that was seen once, a store with the
 * right number of CAs is taken for ours, and the ETag it has then is remembered.
 */
function isOurs({ written }: TrustStoreState, store: StoreStatus): boolean {
  if (written === undefined) return false;
  if (store.etag === written.etag) return true;
  return !written.isSettled && (store.status === "failed" || store.certificates === written.certificates);
}
