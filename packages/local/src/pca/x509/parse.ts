// Reads what this server needs of a certificate or a request: raw names and extensions.
// Node's own X509Certificate shows neither, and hides the path length.
import { type Element, readAll, readElement, readObjectIdentifier } from "./der.ts";
import { type Extension, OID } from "./extension.ts";

const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
const TAG = {
  boolean: 0x01,
  objectIdentifier: 0x06,
  sequence: 0x30,
  set: 0x31,
  attributes: 0xa0,
  extensions: 0xa3,
};

/** The elements inside one element of the expected tag. Throws RangeError for another one. */
function inside(item: Element | undefined, tag: number): readonly Element[] {
  if (item?.tag !== tag) throw new RangeError("unexpected structure");
  return readAll(item.content);
}

export type CertificateFields = { readonly subject: Buffer; readonly extensions: readonly Extension[] };

/** TBSCertificate (RFC 5280 4.1) of a version 3 certificate. Throws RangeError. */
export function parseCertificate(der: Buffer): CertificateFields {
  const [toBeSigned] = inside(readElement(der), TAG.sequence);
  const fields = inside(toBeSigned, TAG.sequence);
  const subject = fields[5];
  if (subject === undefined) throw new RangeError("certificate without subject");
  const extensions = fields.find(field => field.tag === TAG.extensions);
  return {
    subject: subject.raw,
    extensions: extensions === undefined ? [] : parseExtensions(extensions.content),
  };
}

export type RequestFields = CertificateFields & {
  /** The octets that the signature covers. */
  readonly signed: Buffer;
  readonly subjectPublicKeyInfo: Buffer;
  readonly signatureAlgorithm: Buffer;
  readonly signature: Buffer;
};

/** CertificationRequest (RFC 2986). Throws RangeError. */
export function parseRequest(der: Buffer): RequestFields {
  const [info, algorithm, signature] = inside(readElement(der), TAG.sequence);
  const [version, subject, key, attributes] = inside(info, TAG.sequence);
  if (!info || !algorithm || !signature || !version || !subject || !key)
    throw new RangeError("incomplete request");
  for (const rdn of inside(subject, TAG.sequence)) {
    for (const attribute of inside(rdn, TAG.set)) {
      const [type, value] = inside(attribute, TAG.sequence);
      if (type?.tag !== TAG.objectIdentifier || value === undefined)
        throw new RangeError("incomplete attribute");
    }
  }
  return {
    signed: info.raw,
    subject: subject.raw,
    subjectPublicKeyInfo: key.raw,
    extensions: attributes === undefined ? [] : requestedExtensions(attributes),
    signatureAlgorithm: algorithm.raw,
    signature: signature.content.subarray(1),
  };
}

function requestedExtensions(attributes: Element): readonly Extension[] {
  return inside(attributes, TAG.attributes).flatMap(attribute => {
    const [type, values] = inside(attribute, TAG.sequence);
    if (type === undefined || readObjectIdentifier(type.content) !== EXTENSION_REQUEST) return [];
    return inside(values, TAG.set).flatMap(list => parseExtensions(list.raw));
  });
}

function parseExtensions(der: Buffer): readonly Extension[] {
  return inside(readElement(der), TAG.sequence).map(item => {
    const [type, ...rest] = inside(item, TAG.sequence);
    const value = rest.at(-1);
    if (type?.tag !== TAG.objectIdentifier || value === undefined)
      throw new RangeError("incomplete extension");
    const critical = rest[0]?.tag === TAG.boolean && rest[0].content[0] !== 0;
    return { oid: readObjectIdentifier(type.content), critical, value: value.content };
  });
}

const find = (extensions: readonly Extension[], oid: string): Extension | undefined =>
  extensions.find(item => item.oid === oid);

export type BasicConstraints = {
  readonly ca: boolean;
  readonly critical: boolean;
  readonly pathLength?: number;
};

export function basicConstraintsIn(extensions: readonly Extension[]): BasicConstraints | undefined {
  const extension = find(extensions, OID.basicConstraints);
  if (extension === undefined) return undefined;
  const parts = inside(readElement(extension.value), TAG.sequence);
  const flag = parts.find(part => part.tag === TAG.boolean);
  const length = parts.find(part => part.tag === 0x02);
  const ca = flag !== undefined && flag.content[0] !== 0;
  const { critical } = extension;
  return length === undefined
    ? { ca, critical }
    : { ca, critical, pathLength: Number.parseInt(length.content.toString("hex"), 16) };
}

/** True when there is no key usage extension: then every use is allowed. */
export function maySignCertificates(extensions: readonly Extension[]): boolean {
  const usage = find(extensions, OID.keyUsage);
  // keyCertSign is bit 5; the first octet of a BIT STRING counts the unused bits.
  return usage === undefined || ((readElement(usage.value).content[1] ?? 0) & 0x04) !== 0;
}

export function keyIdentifierIn(extensions: readonly Extension[]): Buffer | undefined {
  const extension = find(extensions, OID.subjectKeyIdentifier);
  return extension && readElement(extension.value).content;
}
