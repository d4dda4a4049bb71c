// CertificationRequest (RFC 2986 §4) taken apart. It refuses only what has another shape; the rules judge the rest.

import type { Bytes } from "../bytes.ts";
import { childrenOf, type DerElement, isPrimitive, universal } from "../der/element.ts";
import { type AlgorithmIdentifier, readAlgorithm } from "./algorithm.ts";
import { type Attribute, readAttribute } from "./attribute.ts";
import { type Extension, readRequestedExtensions } from "./extension.ts";
import { type PublicKey, readPublicKey } from "./public-key.ts";
import { type RelativeName, readName } from "./subject-name.ts";

export type CertificationRequest = {
  readonly root: DerElement;
  /** CertificationRequestInfo: the bytes under the signature. */
  readonly signedBytes: Bytes;
  readonly version: Bytes;
  readonly subject: readonly RelativeName[];
  readonly spki: Bytes;
  readonly key: PublicKey;
  /** The elements of the attributes SET, whose order the reader could not check behind its `[0]`. */
  readonly attributeElements: readonly DerElement[];
  readonly attributes: readonly Attribute[];
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Bytes;
};

export type RequestReading =
  | { readonly kind: "request"; readonly request: CertificationRequest }
  | { readonly kind: "other"; readonly reason: string };

export function readRequest(root: DerElement): RequestReading {
  const [info, algorithm, signature, ...more] = childrenOf(root, "sequence") ?? [];
  const fields = childrenOf(info, "sequence");
  const signatureAlgorithm = readAlgorithm(algorithm);
  if (fields === undefined || signatureAlgorithm === undefined || more.length > 0)
    return other("it is not a signed request");
  if (childrenOf(fields[0], { context: 0 }) !== undefined || fields.length > 4)
    return other("it is a certificate");
  if (!isPrimitive(signature, universal.bitString) || signature.contents[0] !== 0)
    return other("its signature is not a string of whole octets");
  return readInfo(root, fields, { info, signatureAlgorithm, signature: signature.contents.subarray(1) });
}

type Outer = {
  readonly info: DerElement | undefined;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Bytes;
};

function readInfo(root: DerElement, fields: readonly DerElement[], outer: Outer): RequestReading {
  const [version, subjectElement, spki, attributesElement] = fields;
  if (!isPrimitive(version, universal.integer)) return other("its version is not an INTEGER");
  const subject = readName(subjectElement);
  if (subject === undefined) return other("its subject is not a Name");
  const key = readPublicKey(spki);
  if (key === undefined || spki === undefined) return other("its public key is not a SubjectPublicKeyInfo");
  // RFC 2986 §4.1: the field is mandatory, though the set may be empty.
  const attributeElements = childrenOf(attributesElement, { context: 0 });
  if (attributeElements === undefined) return other("its attributes field is missing");
  const attributes = attributeElements.map(readAttribute).filter(attribute => attribute !== undefined);
  if (attributes.length !== attributeElements.length)
    return other("one of its attributes is not an Attribute");
  const request = {
    root,
    signedBytes: outer.info?.encoded ?? new Uint8Array(),
    version: version.contents,
    subject,
    spki: spki.encoded,
    key,
    attributeElements,
    attributes,
    extensions: readRequestedExtensions(attributes),
    signatureAlgorithm: outer.signatureAlgorithm,
    signature: outer.signature,
  };
  return { kind: "request", request };
}

function other(reason: string): RequestReading {
  return { kind: "other", reason };
}
