// Whether presented certificates lead to a trusted authority: path, dates, purpose and, where lists are given,
// revocation. CloudFront checks nothing of its own certificate for you, and in passthrough nothing of a viewer's.
import type { X509Certificate } from "node:crypto";
import { revocationOf } from "./revocation-list.ts";
import { type ReadCertificate, readCertificate, type Trust } from "./trust.ts";

export type ChainFault =
  | "missing"
  | "malformed"
  | "untrusted"
  | "not_yet_valid"
  | "expired"
  | "purpose"
  | "revoked"
  /** Lists are asked for, and none that is current speaks for the certificate's issuer. */
  | "revocation_unknown";

/** Leaf, the intermediates above it, and the anchor, which is trusted as it is. */
type Path = { readonly presented: readonly ReadCertificate[]; readonly anchor: ReadCertificate };

const clientAuth = "1.3.6.1.5.5.7.3.2";
const digitalSignature = 0x80;
/** Each further one costs signature checks, and no honest chain has more. */
const mostPresented = 5;

/** `chain`: what was presented, DER, leaf first, the rest in any order. Undefined: all is well. */
export function judgeChain(chain: readonly Uint8Array[], trust: Trust, now: Date): ChainFault | undefined {
  if (chain.length === 0) return "missing";
  const read = readChain(chain);
  const [leaf, ...others] = read ?? [];
  if (leaf === undefined) return "malformed";
  const path = leaf.x509.ca ? undefined : findPath([leaf], others, trust);
  if (path === undefined) return "untrusted";
  return (
    validityFault(path, now) ??
    purposeFault(path, trust.demandsPurpose) ??
    revocationFault(path, trust.revocationLists, now)
  );
}

/** API Gateway has checked chain and dates against its truststore, and does not say how it judges the purpose. */
export function judgeGatewayCertificate(pem: string | undefined, now: Date): ChainFault | undefined {
  if (pem === undefined) return "missing";
  const [leaf] = readChain([Buffer.from(pem)]) ?? [];
  if (leaf === undefined) return "malformed";
  const path = { presented: [leaf], anchor: leaf };
  return validityFault(path, now) ?? purposeFault(path, true);
}

function readChain(chain: readonly Uint8Array[]): readonly ReadCertificate[] | undefined {
  if (chain.length > mostPresented) return undefined;
  try {
    return chain.map(readCertificate);
  } catch {
    // Neither OpenSSL nor the reader of DER takes it for a certificate.
    return undefined;
  }
}

/** Depth first: `chain` is what leads from the leaf to where the search is. */
function findPath(
  chain: readonly ReadCertificate[],
  others: readonly ReadCertificate[],
  trust: Trust,
): Path | undefined {
  const last = chain.at(-1);
  if (last === undefined) return undefined;
  const below = chain.length - 1;
  const anchor = trust.anchors.find(candidate => mayIssue(candidate, last, below));
  if (anchor !== undefined) return { presented: chain, anchor };
  if (below === trust.mostIntermediates) return undefined;
  for (const other of others) {
    if (!other.x509.ca || !mayIssue(other, last, below)) continue;
    const rest = others.filter(candidate => candidate !== other);
    const path = findPath([...chain, other], rest, trust);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** checkIssued (OpenSSL's X509_check_issued) compares names and key ids, and demands keyCertSign of the issuer. */
function mayIssue(issuer: ReadCertificate, { x509 }: ReadCertificate, casBelow: number): boolean {
  if ((issuer.fields.pathLength ?? casBelow) < casBelow) return false;
  return x509.checkIssued(issuer.x509) && x509.verify(issuer.x509.publicKey);
}

/** RFC 5280, 4.1.2.5: both ends are inclusive, to the second. */
function validityFault({ presented }: Path, now: Date): ChainFault | undefined {
  const second = Math.floor(now.getTime() / 1000) * 1000;
  // Written so that a date that does not parse refuses.
  if (!presented.every(({ x509 }) => Date.parse(x509.validFrom) <= second)) return "not_yet_valid";
  return presented.every(({ x509 }) => second <= Date.parse(x509.validTo)) ? undefined : "expired";
}

/** A CA above the leaf may leave the purpose open (RFC 5280, 4.2.1.12). */
function purposeFault({ presented }: Path, demandsPurpose: boolean): ChainFault | undefined {
  const fits = presented.every(({ x509, fields }, depth) => {
    const purposes = purposesOf(x509);
    const isForClients =
      purposes === undefined ? depth > 0 || !demandsPurpose : purposes.includes(clientAuth);
    const maySign = depth > 0 || ((fields.keyUsage ?? digitalSignature) & digitalSignature) !== 0;
    return isForClients && maySign && fields.unknownCritical.length === 0;
  });
  return fits ? undefined : "purpose";
}

/** Node gives the extended key usages under the plain name, and nothing when there are none. */
function purposesOf({ keyUsage }: X509Certificate): readonly string[] | undefined {
  return keyUsage;
}

function revocationFault(
  { presented, anchor }: Path,
  revocationLists: Trust["revocationLists"],
  now: Date,
): ChainFault | undefined {
  if (revocationLists === undefined) return undefined;
  const lists = revocationLists();
  const states = presented.map(({ x509 }, depth) =>
    revocationOf(x509, (presented[depth + 1] ?? anchor).x509, lists, now),
  );
  if (states.includes("revoked")) return "revoked";
  return states.includes("unknown") ? "revocation_unknown" : undefined;
}
