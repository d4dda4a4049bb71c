// The answer to `cacerts`: what a client needs to build a chain from a certificate of ours to a root (RFC 7030 §4.1.3).
import { type Authority, type AuthorityState, isManaged } from "#core/authority/authority.ts";
import type { Bytes } from "#core/csr/bytes.ts";
import { toHex } from "#core/csr/bytes.ts";
import * as x509 from "#core/x509.ts";

/** Draining ones too: devices still hold their certificates. */
const served: readonly AuthorityState[] = ["active", "draining"];

/**
 * DER of each CA and its parents, the issuing ones first, each once. A CA that we do not issue from is left out: its
 * certificates are admitted at the edge, which is no reason for a device to trust it.
 */
export function caCertificates(authorities: readonly Authority[]): readonly Bytes[] {
  const chains = authorities
    .filter(isManaged)
    .filter(({ state }) => served.includes(state))
    .sort((a, b) => served.indexOf(a.state) - served.indexOf(b.state))
    .flatMap(({ certificatePem, chainPem }) => derOf(certificatePem + chainPem));
  return [...new Map(chains.map(der => [toHex(der), der])).values()];
}

/** The certificates of a PEM text of ours. */
export function derOf(pem: string): readonly Bytes[] {
  return x509.PemConverter.decode(pem).map(der => new Uint8Array(der));
}
