// The bundle that the trust store should hold, as a pure function of the authorities.
import { type Authority, hasStanding } from "#core/authority/authority.ts";
import { buildTrustBundle } from "#core/authority/trust-bundle.ts";
import { sha256Hex } from "#core/sha256.ts";
import type { BundleVersion } from "./state.ts";

export type DesiredBundle = Omit<BundleVersion, "ocsp"> & { readonly pem: string };

/**
 * Undefined while no authority has standing: a trust store cannot be empty, so it keeps what it has, and the edge's own
 * records refuse everybody. Refuses with `authority.unsuitable` when the rules do not allow the bundle.
 */
export async function desiredBundle(authorities: readonly Authority[]): Promise<DesiredBundle | undefined> {
  const standing = authorities.filter(hasStanding);
  if (standing.length === 0) return undefined;
  const pem = buildTrustBundle(standing.map(({ certificatePem }) => certificatePem));
  return {
    pem,
    sha256: await sha256Hex(new TextEncoder().encode(pem)),
    certificates: pem.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0,
    authorityIds: standing.map(({ id }) => id),
  };
}
