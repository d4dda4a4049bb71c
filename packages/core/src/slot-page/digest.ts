// The two digests of the edge protocol, for writers. The edge function computes the same with its runtime's `crypto`.

import { sha256Hex, toHex } from "#core/sha256.ts";
import { authorityKeyOfDigest, pinOfDigest } from "./authority-record.ts";
import { normaliseDn } from "./normalised-dn.ts";

/** The store key of the authority that issues under this name, in either documented rendering. */
export async function authorityKey(issuerDn: string): Promise<string> {
  return authorityKeyOfDigest(await sha256Hex(normaliseDn(issuerDn)));
}

/** The pin of an intermediate certificate. `spki`: its SubjectPublicKeyInfo, DER. */
export async function intermediatePin(spki: Uint8Array): Promise<string> {
  const digest = await sha256Hex(toHex(spki));
  const octets = digest.replace(/../g, pair => String.fromCharCode(Number.parseInt(pair, 16)));
  return pinOfDigest(btoa(octets));
}
