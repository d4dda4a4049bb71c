// Makes CloudFront's trust store hold the CAs of the authorities with standing. It may run at any time, twice at once, and
// die anywhere: what it is about to do is on disk first, and the next run finds out how far it came.
import type { AuditAction, AuditRecord } from "#core/audit.ts";
import { hasStanding } from "#core/authority/authority.ts";
import { fail } from "#core/error.ts";
import { type DesiredBundle, desiredBundle } from "./desired-bundle.ts";
import { nextStep } from "./next-step.ts";
import { withoutOcsp } from "./ocsp-coverage.ts";
import type { BundleArchive, StoreStatus, TrustStoreControl, TrustStoreRegistry } from "./ports.ts";
import { type BundleVersion, noTrustStoreState, type TrustStoreState } from "./state.ts";

export type MaintainDeps = {
  readonly registry: TrustStoreRegistry;
  readonly control: TrustStoreControl;
  readonly archive: BundleArchive;
  /** Whether the deployment wants OCSP at the edge. */
  readonly wantsOcsp: boolean;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<unknown>;
};

export type MaintainRun = {
  readonly requestId: string;
  /** False when the run's time is over: what is pending is left to the next run. */
  readonly mayGoOn: () => boolean;
};

export type MaintainResult = {
  /** `live`: a bundle came into force. `idle`: no authority has standing. */
  readonly outcome: "kept" | "live" | "pending" | "failed" | "idle";
  readonly authorities: readonly string[];
  readonly distributions: readonly string[];
  /** How often the store was found changed by somebody else. */
  readonly foreignChanges: number;
  /** OCSP is wanted and stays off because of these. */
  readonly withoutOcsp: readonly string[];
  readonly reason?: string;
};

const actor = "job:maintain-trust-store";
const subject = "trust-store";
const pollMs = 2_000;
/** A run that meets another at every step gives way. */
const mostSteps = 500;

/** Refuses with `authority.unsuitable` when the bundle breaks a rule, `registry.busy` when two runs meet. */
export async function maintainTrustStore(deps: MaintainDeps, run: MaintainRun): Promise<MaintainResult> {
  let foreignChanges = 0;
  let outcome: "kept" | "live" = "kept";
  for (let step = 0; step < mostSteps; step += 1) {
    const seen = await look(deps);
    const { state, store, desired } = seen;
    const result = (kind: MaintainResult["outcome"]): MaintainResult => ({
      outcome: kind,
      authorities: desired?.authorityIds ?? [],
      distributions: state.distributions,
      foreignChanges,
      withoutOcsp: seen.withoutOcsp,
      ...(state.fault === undefined ? {} : { reason: state.fault.reason }),
    });
    if (desired === undefined) return result("idle");
    const next = nextStep(state, desired, store, deps.now());
    if (next.kind === "kept") return result(state.fault === undefined ? outcome : "failed");
    if (!run.mayGoOn()) return result("pending");
    if (next.kind === "wait") await deps.wait(pollMs);
    else if (next.kind === "settled") {
      await settle(deps, state, store, run);
      if (store.status === "active") outcome = "live";
    } else {
      if (next.isForeign) foreignChanges += 1;
      await write(deps, { ...seen, desired }, next.isForeign, run);
    }
  }
  return fail("registry.busy", { retryAfterSeconds: 5 });
}

type Seen = {
  readonly state: TrustStoreState;
  readonly store: StoreStatus;
  readonly desired: (DesiredBundle & BundleVersion) | undefined;
  readonly withoutOcsp: readonly string[];
};

async function look({ registry, control, wantsOcsp, now }: MaintainDeps): Promise<Seen> {
  // The ETag before the authorities: a bundle made of older ones than the store's is then refused as stale.
  const store = await control.read();
  const state = (await registry.read()) ?? noTrustStoreState;
  const authorities = await registry.listAuthorities();
  const bundle = await desiredBundle(authorities);
  const against = wantsOcsp ? await withoutOcsp(registry, authorities.filter(hasStanding), now()) : [];
  const desired = bundle && { ...bundle, ocsp: wantsOcsp && against.length === 0 };
  return { store, state, desired, withoutOcsp: against };
}

async function write(
  deps: MaintainDeps,
  { state, store, desired }: Seen & { readonly desired: DesiredBundle & BundleVersion },
  isForeign: boolean,
  run: MaintainRun,
): Promise<void> {
  const { pem, ...bundle } = desired;
  // 1 The text in S3, where CloudFront reads it once.
  const object = await deps.archive.put(bundle.sha256, pem);
  // 2 What is about to be sent, on disk: after a crash a strange ETag is not taken for a stranger's.
  const found = isForeign ? [audit(deps, run, "trust_bundle.foreign_change", { etag: store.etag })] : [];
  const recorded = await save(deps, { ...state, writing: bundle }, found);
  // 3 The update itself, on condition that the store is as it was seen.
  const answer = await deps.control.update(store.etag, object, bundle.ocsp);
  if (answer.kind === "stale") return;
  // 4 Whose the new ETag is.
  const { writing: _, fault: _fault, ...rest } = recorded;
  const facts = { sha256: bundle.sha256, authorities: bundle.authorityIds.join(" "), etag: answer.etag };
  await save(deps, { ...rest, written: { ...bundle, etag: answer.etag, at: deps.now(), isSettled: false } }, [
    audit(deps, run, "trust_bundle.written", facts),
  ]);
}

async function settle(
  deps: MaintainDeps,
  state: TrustStoreState,
  store: StoreStatus,
  run: MaintainRun,
): Promise<void> {
  const { written, fault: _, ...rest } = state;
  if (written === undefined) return;
  const settled = { ...rest, written: { ...written, etag: store.etag, isSettled: true } };
  const { sha256 } = written;
  if (store.status === "failed") {
    const reason = store.reason ?? "CloudFront gives no reason";
    const fault = { reason, at: deps.now() };
    await save(deps, { ...settled, fault }, [audit(deps, run, "trust_bundle.failed", { sha256, reason })]);
    return;
  }
  const distributions = await deps.control.listDistributions();
  const { etag: _etag, at: _at, isSettled: _settled, ...bundle } = written;
  const facts = {
    sha256,
    authorities: bundle.authorityIds.join(" "),
    distributions: distributions.join(" "),
  };
  await save(deps, { ...settled, live: { ...bundle, since: deps.now() }, distributions }, [
    audit(deps, run, "trust_bundle.live", facts),
  ]);
}

async function save(
  { registry }: MaintainDeps,
  state: TrustStoreState,
  records: readonly AuditRecord[],
): Promise<TrustStoreState> {
  return (await registry.save(state, records)) ?? fail("registry.busy", { retryAfterSeconds: 5 });
}

function audit(
  { now }: MaintainDeps,
  { requestId }: MaintainRun,
  action: AuditAction,
  facts: AuditRecord["facts"],
): AuditRecord {
  return { subject, action, actor, requestId, at: now(), facts };
}
