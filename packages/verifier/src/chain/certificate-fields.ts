// What a certificate says and node:crypto does not show: names as octets, path length, key usage, critical extensions.
import type { X509Certificate } from "node:crypto";
import { readExtensions, sequence } from "#core/crl/extension.ts";
import { expect, malformed, membersOf, scan } from "#core/crl/scan-der.ts";
import { universal } from "#core/csr/der/element.ts";

export type CertificateFields = {
  /** Undefined: any number of CAs may stand below. */
  readonly pathLength: number | undefined;
  /** Undefined without the extension; bit 0, digitalSignature, highest. */
  readonly keyUsage: number | undefined;
  /** Critical extensions that are not understood here (RFC 5280, 4.2: the certificate must be refused). */
  readonly unknownCritical: readonly string[];
};

const oids = { keyUsage: "2.5.29.15", basicConstraints: "2.5.29.19", extendedKeyUsage: "2.5.29.37" } as const;
/** Subject and issuer alternative names, key ids, policies, distribution points: they decide nothing here. */
const harmless = ["2.5.29.14", "2.5.29.17", "2.5.29.18", "2.5.29.31", "2.5.29.32", "2.5.29.35"];
const understood: ReadonlySet<string> = new Set([...harmless, ...Object.values(oids)]);

/** Throws when the certificate is not DER to the last octet. */
export function fieldsOf(certificate: X509Certificate): CertificateFields {
  const wrapper = signedFields(certificate).find(({ identifier }) => identifier === 0xa3);
  const extensions = wrapper === undefined ? [] : readExtensions([...scan(wrapper.contents)][0]);
  const valueUnder = (wanted: string) => extensions.find(({ oid }) => oid === wanted)?.value;
  const [constraints, usage] = [valueUnder(oids.basicConstraints), valueUnder(oids.keyUsage)];
  return {
    pathLength: constraints && readPathLength(constraints),
    keyUsage: usage && (expect([...scan(usage)][0], universal.bitString, "the key usage").contents[1] ?? 0),
    unknownCritical: extensions
      .filter(({ oid, critical }) => critical && !understood.has(oid))
      .map(({ oid }) => oid),
  };
}

/** The subject's Name, DER. */
export function nameOf(certificate: X509Certificate): Buffer {
  const fields = signedFields(certificate);
  // serial, algorithm, issuer, validity, subject: the version before them is left out by version 1 only.
  const first = fields[0]?.identifier === 0xa0 ? 1 : 0;
  return Buffer.from(expect(fields[first + 4], sequence, "the subject").encoded);
}

function signedFields({ raw }: X509Certificate) {
  const [certificate, ...trailing] = scan(Uint8Array.from(raw));
  if (trailing.length > 0) malformed("something follows the certificate");
  return membersOf(membersOf(certificate, sequence, "the certificate")[0], sequence, "the signed part");
}

function readPathLength(value: Uint8Array<ArrayBuffer>): number | undefined {
  const members = membersOf([...scan(value)][0], sequence, "the basic constraints");
  const length = members.find(({ identifier }) => identifier === universal.integer)?.contents;
  return length?.reduce((sum, octet) => sum * 256 + octet, 0);
}
