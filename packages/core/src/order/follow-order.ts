// Brings the certificates under a revoking order after it: the edge refuses them since the order, here their own rows
// say so too, the CA is told and their keys are blocked. Page by page with a checkpoint; run it twice or kill it
// anywhere, and every certificate is still revoked once.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate, CertificateState, Revocation } from "#core/certificate/certificate.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageKey, pageOf } from "#core/slot-page/slot.ts";
import { covers, type Order, type OrderCause } from "./order.ts";

/** How far an order's certificates have come. The row goes when nothing is left to do. */
export type FollowTask = OrderCause & {
  readonly order: Order;
  /** The page that is next. */
  readonly page: number;
  /** Set when no enrolment was open any more among the order's slots: what was issued by then is all there will be. */
  readonly quietAt?: Date;
  readonly version: number;
};

/** A certificate as the index by slot shows it: a little late, so only a hint. */
export type PageEntry = { readonly id: string; readonly offset: number; readonly state: CertificateState };

/** What brings the certificates of one page after an order. */
export type PageFollowRegistry = {
  /** `page` is a page key, such as `m1.1a`. */
  readonly listPage: (page: string) => Promise<readonly PageEntry[]>;
  /** Strongly consistent; at most 100 ids. */
  readonly readCertificates: (ids: readonly string[]) => Promise<readonly Certificate[]>;
  /** As an individual revocation, but without a denied slot: the order stands for it. */
  readonly recordOrderedRevocation: (
    certificate: Certificate,
    revocation: Revocation,
    audit: AuditRecord,
  ) => Promise<"revoked" | "already">;
};

export type FollowRegistry = PageFollowRegistry & {
  /** Whether an enrolment that holds one of the orders' slots has no certificate yet. */
  readonly hasOpenEnrolment: (orders: readonly Order[]) => Promise<boolean>;
  /** Undefined when somebody else has moved the task on. */
  readonly saveTask: (
    task: FollowTask,
    next: { readonly page: number; readonly quietAt: Date | undefined; readonly dueAt: Date },
  ) => Promise<FollowTask | undefined>;
  readonly finishTask: (task: FollowTask) => Promise<void>;
};

export type FollowDeps = { readonly registry: FollowRegistry; readonly now: () => Date };
type PageFollowDeps = { readonly registry: PageFollowRegistry; readonly now: () => Date };
type PageTask = OrderCause & { readonly order: Order; readonly page: number };

export type FollowLimits = { readonly certificates: number; readonly mayGoOn: () => boolean };

export type FollowResult = {
  readonly revoked: number;
  /** `waiting`: until the index and the enrolments under way have settled. `overtaken`: another run is at it. */
  readonly outcome: "finished" | "waiting" | "stopped" | "overtaken";
};

/**
 * Longer than any call that may still record an intent after the order (29 s), and than the index is behind. An order is
 * done with after two such waits: one until its slots have no open enrolment, one until the index shows the last of them.
 */
export const settleMs = 60_000;

/** Does what fits `limits` of one task that is due. */
export async function followOrder(
  deps: FollowDeps,
  due: FollowTask,
  limits: FollowLimits,
): Promise<FollowResult> {
  const { order } = due;
  let task = due;
  let revoked = 0;
  while (task.page <= pageOf(order.last)) {
    const done = await followPage(deps, task, { ...limits, certificates: limits.certificates - revoked });
    revoked += done.revoked;
    if (!done.complete) return { revoked, outcome: "stopped" };
    const { quietAt } = task;
    const saved = await deps.registry.saveTask(task, { page: task.page + 1, quietAt, dueAt: deps.now() });
    if (saved === undefined) return { revoked, outcome: "overtaken" };
    task = saved;
  }
  if (task.quietAt !== undefined) {
    await deps.registry.finishTask(task);
    return { revoked, outcome: "finished" };
  }
  const saved = await deps.registry.saveTask(task, await nextRound(deps, order));
  return { revoked, outcome: saved === undefined ? "overtaken" : "waiting" };
}

async function nextRound(deps: FollowDeps, order: Order) {
  const now = deps.now();
  const settled = now.getTime() - order.at.getTime() >= settleMs;
  const quiet = settled && !(await deps.registry.hasOpenEnrolment([order]));
  return {
    page: pageOf(order.first),
    quietAt: quiet ? now : undefined,
    dueAt: new Date(now.getTime() + settleMs),
  };
}

const certificatesPerRead = 100;
/** Revocations at once: they touch different rows, and DynamoDB answers each in a few milliseconds. */
const writesAtOnce = 10;

/** Revokes what an order covers of one page, as far as `limits` go. */
export async function followPage(
  deps: PageFollowDeps,
  task: PageTask,
  limits: FollowLimits,
): Promise<{ readonly revoked: number; readonly complete: boolean }> {
  const { order, page } = task;
  const open = (await deps.registry.listPage(pageKey(order.authorityId, page)))
    .filter(({ offset, state }) => covers(order, page * pageSize + offset) && state !== "revoked")
    .map(({ id }) => id);
  let revoked = 0;
  for (let from = 0; from < open.length; from += certificatesPerRead) {
    const rows = await deps.registry.readCertificates(open.slice(from, from + certificatesPerRead));
    // Expired ones too: nobody can present them, but their keys must not be certified again (invariant I14).
    const todo = rows.filter(({ state }) => state !== "revoked");
    for (let at = 0; at < todo.length; at += writesAtOnce) {
      if (revoked >= limits.certificates || !limits.mayGoOn()) return { revoked, complete: false };
      const batch = todo.slice(at, at + writesAtOnce).map(certificate => revoke(deps, task, certificate));
      revoked += (await Promise.all(batch)).filter(outcome => outcome === "revoked").length;
    }
  }
  return { revoked, complete: true };
}

function revoke(
  deps: PageFollowDeps,
  { order, reason, requestId, note }: PageTask,
  certificate: Certificate,
): Promise<"revoked" | "already"> {
  // One that was issued under the order was never any good; before its issuance it cannot have been revoked.
  const revokedAt = order.at < certificate.issuedAt ? certificate.issuedAt : order.at;
  const { sha256 } = certificate;
  return deps.registry.recordOrderedRevocation(
    certificate,
    { reason, revokedAt, actor: order.actor },
    {
      subject: certificate.id,
      action: "certificate.revoked",
      actor: order.actor,
      requestId,
      at: deps.now(),
      facts: {
        reason,
        sha256,
        order: order.id,
        ...(order.planId === undefined ? {} : { plan: order.planId }),
        ...(note === undefined ? {} : { note }),
      },
    },
  );
}
