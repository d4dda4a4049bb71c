// What the trust store's OCSP check says. A connection function that calls `allow` overrides CloudFront's own refusal,
// so a revoked status must be refused here whatever the policy.

import type { EdgeConfiguration } from "./configuration.ts";

/** Part of the connection event, present when the trust store asks OCSP responders. */
export type RevocationStatus = {
  readonly chainValidity: string;
  readonly certificates: {
    readonly leaf: { readonly status: string };
    readonly intermediates: readonly { readonly status: string }[];
  };
};

export function passesOcsp(status: RevocationStatus | undefined, policy: EdgeConfiguration["ocsp"]): boolean {
  if (!status) return policy === "refuse-revoked";
  const certificates = [status.certificates.leaf].concat(status.certificates.intermediates);
  // One published sample goes by the chain, another by the certificates: either one's bad word counts.
  if (policy === "require-good")
    return status.chainValidity === "Valid" && certificates.every(one => one.status === "Good");
  return status.chainValidity !== "Invalid" && certificates.every(one => one.status !== "Revoked");
}
