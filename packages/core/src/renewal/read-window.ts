// A certificate's renewal window as its holder and operators read it.
import { type Caller, maySee } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { endOfLineage } from "./decide-renewal.ts";
import { windowWith } from "./move-window.ts";
import type { WindowMoveRegistry } from "./ports.ts";
import type { RenewalWindow } from "./window.ts";

export type ReadWindowDeps = {
  readonly registry: Pick<WindowMoveRegistry, "readCertificate" | "readWindowMoves">;
};

/** Refusals: `resource.not_found`, also for somebody else's; `renewal.refused` for a lineage that has ended. */
export async function readWindow(
  { registry }: ReadWindowDeps,
  { caller, certificateId }: { readonly caller: Caller; readonly certificateId: string },
): Promise<RenewalWindow> {
  const certificate = await registry.readCertificate(certificateId);
  if (certificate === undefined || !maySee(caller, certificate.tenant)) {
    fail("resource.not_found", { kind: "certificate" });
  }
  const reason = endOfLineage(certificate);
  if (reason !== undefined) fail("renewal.refused", { reason });
  return windowWith(registry, certificate);
}
