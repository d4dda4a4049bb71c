// One presented or trusted certificate, read once: what path validation, the function's event and the headers use.
import { createHash, X509Certificate } from "node:crypto";
import { DerError, type DerNode, dottedOid, expectTag, readChildren, readDer, readTime } from "./der.ts";

/** One attribute of a name; `text` is undefined for value types that are not strings. */
export type NameAttribute = { readonly oid: string; readonly text: string | undefined; readonly raw: Buffer };
/** Relative distinguished names in certificate order, each with one or more attributes. */
export type DistinguishedName = readonly (readonly NameAttribute[])[];

export type EdgeCertificate = {
  readonly der: Buffer;
  /** Only for the key, signature checks and the rendered SAN; never for its verdicts on time. */
  readonly x509: X509Certificate;
  readonly sha256: Buffer;
  /** The raw DER INTEGER content: with a leading 00 exactly when the top bit of the magnitude is set. */
  readonly serialOctets: Buffer;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spki: Buffer;
  readonly signatureAlgorithm: { readonly oid: string; readonly parameters: Buffer };
  readonly extensions: CertificateExtensions;
};

export type CertificateExtensions = {
  readonly basicConstraints:
    | { readonly isAuthority: boolean; readonly pathLength: number | undefined }
    | undefined;
  /** The first 8 bits of KeyUsage, bit 0 (digitalSignature) highest. */
  readonly keyUsage: number | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectAltName: Buffer | undefined;
  /** OIDs of critical extensions that nothing here understands (RFC 5280 section 4.2: must be rejected). */
  readonly unknownCritical: readonly string[];
};

/** Critical or not, these change nothing that the edge decides. */
const harmlessExtensions = new Set(["2.5.29.14", "2.5.29.17", "2.5.29.31", "2.5.29.32", "2.5.29.35"]);

/** Throws DerError, or node's own error, when the octets are not one X.509 certificate. */
export function parseCertificate(der: Buffer): EdgeCertificate {
  const [toBeSigned, outerAlgorithm] = readChildren(expectTag(readDer(der), 0x30).content);
  const fields = [...readChildren(expectTag(toBeSigned, 0x30).content)];
  if (fields[0]?.tag === 0xa0) fields.shift();
  const [serial, algorithm, issuer, validity, subject, spki, ...rest] = fields;
  // RFC 5280 section 4.1.1.2: both copies are the same, else the signed one says nothing about the used one.
  if (algorithm === undefined || !algorithm.raw.equals(outerAlgorithm?.raw ?? Buffer.alloc(0))) {
    throw new DerError("signature algorithms differ");
  }
  const [notBefore, notAfter] = readChildren(expectTag(validity, 0x30).content);
  const [algorithmOid, parameters] = readChildren(algorithm.content);
  return {
    der,
    x509: new X509Certificate(der),
    sha256: createHash("sha256").update(der).digest(),
    serialOctets: expectTag(serial, 0x02).content,
    issuer: readName(expectTag(issuer, 0x30)),
    subject: readName(expectTag(subject, 0x30)),
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    spki: expectTag(spki, 0x30).raw,
    signatureAlgorithm: {
      oid: dottedOid(expectTag(algorithmOid, 0x06).content),
      parameters: parameters?.raw ?? Buffer.alloc(0),
    },
    extensions: readExtensions(rest.find(node => node.tag === 0xa3)),
  };
}

function readName(name: DerNode): DistinguishedName {
  return readChildren(name.content).map(rdn =>
    readChildren(expectTag(rdn, 0x31).content).map(attribute => {
      const [type, value] = readChildren(expectTag(attribute, 0x30).content);
      if (value === undefined) throw new DerError("attribute without a value");
      return { oid: dottedOid(expectTag(type, 0x06).content), text: directoryString(value), raw: value.raw };
    }),
  );
}

function directoryString(value: DerNode): string | undefined {
  switch (value.tag) {
    case 0x0c:
      return value.content.toString("utf8");
    case 0x13:
    case 0x14:
    case 0x16:
      return value.content.toString("latin1");
    case 0x1e:
      return Buffer.from(value.content).swap16().toString("utf16le");
    default:
      return undefined;
  }
}

function readExtensions(wrapper: DerNode | undefined): CertificateExtensions {
  const byOid = new Map<string, { critical: boolean; value: Buffer }>();
  const list = wrapper === undefined ? [] : readChildren(readDer(wrapper.content).content);
  for (const extension of list) {
    const parts = readChildren(expectTag(extension, 0x30).content);
    const oid = dottedOid(expectTag(parts[0], 0x06).content);
    // RFC 5280 section 4.2: an extension appears once; two would let parsers disagree.
    if (byOid.has(oid)) throw new DerError(`extension ${oid} twice`);
    byOid.set(oid, { critical: parts.length === 3, value: expectTag(parts.at(-1), 0x04).content });
  }
  const take = (oid: string): Buffer | undefined => {
    const value = byOid.get(oid)?.value;
    byOid.delete(oid);
    return value;
  };
  const [basic, usage, purposes, names] = ["2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17"].map(take);
  return {
    basicConstraints: basic === undefined ? undefined : readBasicConstraints(basic),
    keyUsage: usage === undefined ? undefined : (expectTag(readDer(usage), 0x03).content[1] ?? 0),
    extendedKeyUsage:
      purposes &&
      readChildren(readDer(purposes).content).map(node => dottedOid(expectTag(node, 0x06).content)),
    subjectAltName: names,
    unknownCritical: [...byOid]
      .filter(([oid, { critical }]) => critical && !harmlessExtensions.has(oid))
      .map(([oid]) => oid),
  };
}

function readBasicConstraints(value: Buffer): { isAuthority: boolean; pathLength: number | undefined } {
  const parts = readChildren(expectTag(readDer(value), 0x30).content);
  const length = parts.find(part => part.tag === 0x02)?.content;
  return {
    isAuthority: parts[0]?.tag === 0x01 && parts[0].content[0] === 0xff,
    pathLength: length === undefined ? undefined : length.readUIntBE(0, Math.min(6, length.length)),
  };
}
