// Which authority speaks for a certificate: the one that carries the issuer's name, and nothing that the subject says.

import type { KeyValueStore } from "cloudfront";
// biome-ignore lint/style/useNodejsImportProtocol: the edge runtime knows this module without the prefix only.
import crypto from "crypto";
import {
  type AuthorityRecord,
  authorityKeyOfDigest,
  parseAuthorityRecord,
  pinOfDigest,
} from "#core/slot-page/authority-record.ts";
import { normaliseDn } from "#core/slot-page/normalised-dn.ts";
import { readKey } from "./store.ts";

/** Undefined when the store has no readable record for the issuer's name. */
export async function findAuthority(
  issuer: string,
  store: KeyValueStore,
): Promise<AuthorityRecord | undefined> {
  const digest = crypto.createHash("sha256").update(normaliseDn(issuer)).digest("hex");
  const value = await readKey(store, authorityKeyOfDigest(digest));
  return value === undefined ? undefined : parseAuthorityRecord(value);
}

/**
 * Whether clients of this authority may present these intermediates. The event names the issuer but not its key: a partner
 * could run a CA under our CA's name. Its certificate would have to be presented, though, and is not pinned.
 */
export function arePinned(
  intermediates: readonly { readonly spki: string }[],
  authority: AuthorityRecord,
): boolean {
  return intermediates.every(certificate => {
    const digest = crypto.createHash("sha256").update(certificate.spki).digest("base64");
    return authority.pins.indexOf(pinOfDigest(digest)) >= 0;
  });
}
