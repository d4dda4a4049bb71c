// GET /.well-known/est/[label/]{cacerts,csrattrs}: RFC 7030, 4.1 and 4.5. Open to every caller, as it asks for.
import type { Authority } from "#core/authority/authority.ts";
import { fail } from "#core/error.ts";
import { brokenLines, oneLine } from "#core/est/base64-body.ts";
import { caCertificates } from "#core/est/ca-certificates.ts";
import { certsOnly } from "#core/est/certs-only.ts";
import { csrAttributes } from "#core/est/csr-attributes.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";
import { csrAttributesType, pkcs7Type, readOperations } from "../contract/est.ts";
import { getEstDeps } from "../deps/inventory.ts";
import { readEstPath } from "../http/est-path.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export type GetEstDeps = {
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  readonly profiles: ProfileSource;
};

export function getEstRoute(deps: GetEstDeps): Route {
  return async event => {
    const { operation, target } = await readEstPath(deps, event, readOperations);
    if (operation === "csrattrs") {
      const text = oneLine(csrAttributes(target.profile));
      return { status: 200, mediaType: csrAttributesType, text };
    }
    const certificates = caCertificates(await deps.listAuthorities());
    if (certificates.length === 0) {
      fail("authority.unavailable", { retryAfterSeconds: 60, reason: "no authority issues yet" });
    }
    return { status: 200, mediaType: pkcs7Type, text: brokenLines(certsOnly(certificates)) };
  };
}

export const handler = lazily(() => httpHandler("GET /.well-known/est", getEstRoute(getEstDeps())));
