// An operator brings renewal windows forward: of one certificate, a lot or an authority, each with one write. What is
// covered is spread so that it fits under the CA's rate beside everything else.

import { isManaged } from "#core/authority/authority.ts";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { fail } from "#core/error.ts";
import { endOfLineage } from "./decide-renewal.ts";
import type { WindowMoveRegistry } from "./ports.ts";
import { type RenewalWindow, renewalWindow } from "./window.ts";
import { spreadFor, type WindowMove } from "./window-move.ts";

export type MoveWindowDeps = { readonly registry: WindowMoveRegistry; readonly now: () => Date };

type Asked = {
  readonly caller: Caller;
  readonly requestId: string;
  readonly start: Date | "now";
  readonly reason: string;
  readonly explanationUrl?: string | undefined;
  /** Left out: as long as the CA needs, with half its rate. */
  readonly spreadSeconds?: number | undefined;
};

/** Answers the certificate's window. Refusals: `caller.forbidden`, `resource.not_found`, `renewal.refused`, `registry.busy`. */
export async function moveCertificateWindow(
  { registry, now }: MoveWindowDeps,
  asked: Asked & { readonly certificateId: string },
): Promise<RenewalWindow> {
  requireScope(asked.caller, "certificates:write");
  const certificate = await registry.readCertificate(asked.certificateId);
  if (certificate === undefined) fail("resource.not_found", { kind: "certificate" });
  const reason = endOfLineage(certificate);
  if (reason !== undefined) fail("renewal.refused", { reason });
  const move = notLater(certificate, moveFrom(asked, 1, now()));
  const audit = auditOf(asked, certificate.id, certificate.tenant, move);
  if (!(await registry.recordCertificateMove(certificate, move, audit))) {
    fail("registry.busy", { retryAfterSeconds: 1 });
  }
  return windowWith(registry, { ...certificate, windowMove: move });
}

/** Refusals: `caller.forbidden`, `resource.not_found`. */
export async function moveLotWindows(
  { registry, now }: MoveWindowDeps,
  asked: Asked & { readonly tenant: string; readonly lot: string },
): Promise<WindowMove> {
  requireScope(asked.caller, "certificates:write");
  const { tenant, lot } = asked;
  const { blocks } = await registry.readLot(tenant, lot);
  const slots = blocks.reduce((sum, { first, next }) => sum + next - first, 0);
  const move = moveFrom(asked, slots, now());
  const audit = auditOf(asked, `${tenant}/${lot}`, tenant, move);
  const recorded = await registry.recordLotMove(tenant, lot, move, audit);
  return recorded ? move : fail("resource.not_found", { kind: "lot" });
}

/** Of an authority that we issue from. Refusals: `caller.forbidden`, `resource.not_found`. */
export async function moveAuthorityWindows(
  { registry, now }: MoveWindowDeps,
  asked: Asked & { readonly authorityId: string },
): Promise<WindowMove> {
  requireScope(asked.caller, "authorities:write");
  const authorities = (await registry.listAuthorities()).filter(isManaged);
  const authority = authorities.find(({ id }) => id === asked.authorityId);
  if (authority === undefined) return fail("resource.not_found", { kind: "authority" });
  const move = moveFrom(asked, authority.nextSlot - authority.firstLiveSlot, now());
  const audit = auditOf(asked, authority.id, undefined, move);
  const recorded = await registry.recordAuthorityMove(authority.id, move, audit);
  return recorded ? move : fail("resource.not_found", { kind: "authority" });
}

/** The window as all moves leave it. */
export async function windowWith(
  registry: Pick<WindowMoveRegistry, "readWindowMoves">,
  certificate: Certificate,
): Promise<RenewalWindow> {
  return renewalWindow(certificate, await registry.readWindowMoves(certificate));
}

/** What an earlier move brought forward stays there; it is written anew, since its holder gets its tries back. */
function notLater(certificate: Certificate, move: WindowMove): WindowMove {
  const before = certificate.windowMove;
  if (before === undefined) return move;
  const startWith = (windowMove: WindowMove): Date => renewalWindow({ ...certificate, windowMove }).start;
  return startWith(before) < startWith(move) ? { ...before, at: move.at } : move;
}

function moveFrom(asked: Asked, certificates: number, now: Date): WindowMove {
  return {
    from: asked.start === "now" || asked.start < now ? now : asked.start,
    spreadSeconds: asked.spreadSeconds ?? spreadFor(certificates),
    reason: asked.reason,
    ...(asked.explanationUrl === undefined ? {} : { explanationUrl: asked.explanationUrl }),
    at: now,
  };
}

function auditOf(
  { caller, requestId, reason }: Asked,
  subject: string,
  tenant: string | undefined,
  { from, spreadSeconds, at }: WindowMove,
) {
  return {
    subject,
    action: "renewal.window_moved",
    actor: actorOf(caller),
    ...(tenant === undefined ? {} : { tenant }),
    requestId,
    at,
    facts: { from: from.toISOString(), spreadSeconds: String(spreadSeconds), reason },
  } as const;
}
