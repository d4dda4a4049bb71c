// How far the refusal of one certificate has come: `recorded → published → effective`. The store itself is asked, so
// that nobody is told of a refusal that is not there.
import type { Certificate } from "#core/certificate/certificate.ts";
import { decodePage } from "#core/slot-page/decode.ts";
import { slotState } from "#core/slot-page/page.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import type { EdgeStatus } from "./edge-status.ts";
import type { EdgeStore } from "./ports.ts";

export const edgeRefusals = ["recorded", "published", "effective"] as const;
export type EdgeRefusal = (typeof edgeRefusals)[number];

/**
 * How long after the store's acknowledgement every edge is taken to have it. AWS says "typically within seconds" and
 * promises nothing: half a minute is ours.
 */
export const propagationAllowanceMs = 30_000;

/** A publication that took longer since its oldest change is on record as late. */
export const onTimeMs = 5_000;

export type RefusalDeps = {
  readonly store: Pick<EdgeStore, "read">;
  readonly readEdgeStatus: () => Promise<EdgeStatus>;
  readonly now: () => Date;
};

/** Undefined for a certificate that nobody refuses by its row. Refuses with `edge_store.unavailable`. */
export async function readRefusal(
  deps: RefusalDeps,
  certificate: Certificate,
): Promise<EdgeRefusal | undefined> {
  const since = refusedSince(certificate);
  if (since === undefined) return undefined;
  // Its own dates refuse it, and its bit is forgotten some time after.
  if (deps.now() > certificate.notAfter) return "effective";
  const { authorityId, slot } = certificate;
  const [page, status] = await Promise.all([
    deps.store.read(pageKey(authorityId, pageOf(slot))),
    deps.readEdgeStatus(),
  ]);
  if (!isRefused(page, offsetOf(slot))) return "recorded";
  return deps.now() < effectiveFrom(since, status) ? "published" : "effective";
}

function refusedSince({ state, revocation, hold }: Certificate): Date | undefined {
  if (state === "revoked") return revocation?.revokedAt;
  return state === "held" ? hold?.heldAt : undefined;
}

/** A page that is missing or malformed refuses all of its certificates (invariant I8). */
function isRefused(page: string | undefined, offset: number): boolean {
  const bits = page === undefined ? undefined : decodePage(page);
  return bits === undefined || bits[offset] === slotState.revoked;
}

/**
 * Nobody writes down when each certificate was published: it was within `onTimeMs`, or with the late publications, or
 * by a reconciliation that had to mend the store.
 */
function effectiveFrom(since: Date, { lateAt, reconciliation }: EdgeStatus): Date {
  const mendedAt = (reconciliation?.keysWritten ?? 0) > 0 ? reconciliation?.finishedAt : undefined;
  const latest = Math.max(since.getTime() + onTimeMs, lateAt?.getTime() ?? 0, mendedAt?.getTime() ?? 0);
  return new Date(latest + propagationAllowanceMs);
}
