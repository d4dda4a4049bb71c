// Turns a request that kept every rule into the value the rest of core uses.

import { assert } from "../error.ts";
import { sha256Hex } from "./bytes.ts";
import type { Csr, CsrKey, RequestedExtensions } from "./csr.ts";
import { writeDer } from "./der/write-der.ts";
import { curveOf } from "./number/curve.ts";
import { writePem } from "./pem/write-pem.ts";
import { challengePassword } from "./request/attribute.ts";
import type { CertificationRequest } from "./request/certification-request.ts";
import type { Extension } from "./request/extension.ts";
import type { PublicKey } from "./request/public-key.ts";
import { shortNameOf } from "./request/subject-name.ts";
import { rsaSizes } from "./rules/rsa-rule.ts";

/** `request` has no finding. The bytes are written anew from the parse (threat B7). */
export async function toCsr(request: CertificationRequest): Promise<Csr> {
  const der = writeDer(request.root);
  return {
    der,
    pem: writePem(der),
    sha256: await sha256Hex(der),
    key: toKey(request.key),
    spki: request.spki,
    spkiSha256: await sha256Hex(request.spki),
    subject: request.subject
      .flat()
      .map(attribute => ({ type: shortNameOf(attribute), value: attribute.value ?? "" })),
    requested: toRequestedExtensions(request.extensions),
    hasChallengePassword: request.attributes.some(attribute => attribute.oid === challengePassword),
  };
}

function toKey(key: PublicKey): CsrKey {
  const bits = key.kind === "rsa" ? rsaSizes.find(size => size === key.bits) : undefined;
  if (bits !== undefined) return { kind: "rsa", bits };
  const curve = key.kind === "ec" ? curveOf(key.curveOid) : undefined;
  assert(curve !== undefined, "a sound request has a key of a supported kind");
  return { kind: "ec", curve: curve.name };
}

function toRequestedExtensions(extensions: readonly Extension[]): RequestedExtensions {
  const values = extensions.map(extension => extension.value);
  const names = values.flatMap(value => (value.kind === "subjectAltName" ? value.names : []));
  return {
    subjectAltNames: names.filter(name => name.kind !== "unsupported"),
    extendedKeyUsages: values.flatMap(value => (value.kind === "extendedKeyUsage" ? value.usages : [])),
    keyUsages: values.flatMap(value => (value.kind === "keyUsage" ? value.usages : [])),
    basicConstraintsCa: values.some(value => value.kind === "basicConstraints" && value.ca),
    others: extensions.filter(({ value }) => value.kind === "unknown").map(({ oid }) => oid),
  };
}
