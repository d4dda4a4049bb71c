// What a CA needs at hand to sign: its key as a KeyObject, its name and its key identifier, parsed once per record.
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { Authority } from "../state/authority.ts";
import { keyIdentifier } from "./extension.ts";
import { basicConstraintsIn, keyIdentifierIn, parseCertificate } from "./parse.ts";
import { fromPem } from "./pem.ts";

export type Signer = {
  readonly key: KeyObject;
  /** DER. */
  readonly subjectPublicKeyInfo: Buffer;
  readonly keyIdentifier: Buffer;
  /** DER of the subject of the installed certificate; undefined before the import. */
  readonly issuer: Buffer | undefined;
  /** pathLenConstraint of the installed certificate; undefined for none. */
  readonly pathLength: number | undefined;
};

// Records are immutable: a changed CA is another key here, and the old entry goes with the old record.
const signers = new WeakMap<Authority, Signer>();

/** Undefined while the CA's key is still being made. */
export function signerOf(authority: Authority): Signer | undefined {
  const known = signers.get(authority);
  if (known !== undefined || authority.key === undefined) return known;
  const key = createPrivateKey(authority.key.privateKey);
  const subjectPublicKeyInfo = createPublicKey(key).export({ format: "der", type: "spki" });
  const der = fromPem("CERTIFICATE", authority.installed?.certificate ?? "")?.[0];
  const installed = der && parseCertificate(der);
  const signer = {
    key,
    subjectPublicKeyInfo,
    // A parent outside PCA may have chosen another identifier than ours for this key (RFC 5280 4.2.1.1).
    keyIdentifier:
      (installed && keyIdentifierIn(installed.extensions)) ?? keyIdentifier(subjectPublicKeyInfo),
    issuer: installed?.subject,
    pathLength: installed && basicConstraintsIn(installed.extensions)?.pathLength,
  };
  signers.set(authority, signer);
  return signer;
}
