// What the trust store's OCSP check says. A connection function that calls `allow` overrides CloudFront's own refusal,
// so a revoked status must be refused here whatever the policy.

import type { OcspPolicy } from "./configuration.ts";

/** Part of the connection event, present when the trust store asks OCSP responders. */
export type RevocationStatus = {
  readonly chainValidity: string;
  readonly certificates: {
    readonly leaf: { readonly status: string };
    readonly intermediates: readonly { readonly status: string }[];
  };
};

export function passesOcsp(status: RevocationStatus | undefined, policy: OcspPolicy): boolean {
  if (!status) return policy.off === "admit";
  const certificates = [status.certificates.leaf].concat(status.certificates.intermediates);
  // One published sample goes by the chain, another by the certificates: either one's bad word counts.
  if (status.chainValidity === "Invalid") return false;
  if (status.chainValidity !== "Valid" && certificates.every(one => one.status === "Good")) {
    return policy.unknown === "admit";
  }
  return certificates.every(one => passes(one.status, policy));
}

/** A word that is not documented is as good as `Unknown`. */
function passes(status: string, policy: OcspPolicy): boolean {
  if (status === "Good") return true;
  if (status === "Revoked") return false;
  return (status === "Error" ? policy.error : policy.unknown) === "admit";
}
