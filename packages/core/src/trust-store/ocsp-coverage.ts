// Whether the trust store may be told to use OCSP. CloudFront then refuses every connection whose chain has a certificate
// without an OCSP URL, before any function runs (threat G8): one authority without them locks all of its clients out.
import type { Authority } from "#core/authority/authority.ts";
import { isManaged } from "#core/authority/authority.ts";
import * as x509 from "#core/x509.ts";
import type { TrustStoreRegistry } from "./ports.ts";

/**
 * Ids of the authorities that stand against it. Of a managed one the oldest and the newest unexpired certificates are
 * looked at; its CA is the anchor, so there is nothing between. What others have issued, nobody here can know.
 */
export async function withoutOcsp(
  { sampleCertificates }: Pick<TrustStoreRegistry, "sampleCertificates">,
  authorities: readonly Authority[],
  now: Date,
): Promise<readonly string[]> {
  const verdicts = await Promise.all(
    authorities.map(async authority => {
      if (!isManaged(authority)) return [authority.id];
      const samples = await sampleCertificates(authority, now);
      return samples.every(namesOcsp) ? [] : [authority.id];
    }),
  );
  return verdicts.flat();
}

function namesOcsp(pem: string): boolean {
  const access = new x509.X509Certificate(pem).getExtension(x509.AuthorityInfoAccessExtension);
  return (access?.ocsp.length ?? 0) > 0;
}
