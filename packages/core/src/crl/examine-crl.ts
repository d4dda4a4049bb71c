// Whether a list is the CA's, is for now, and is newer than the one before it.
import type { SerialsAuthority } from "#core/authority/authority.ts";
import { sameBytes } from "#core/csr/bytes.ts";
import { readDer } from "#core/csr/der/read-der.ts";
import { readPublicKey } from "#core/csr/request/public-key.ts";
import { isSigned, isVerifiable } from "#core/csr/self-signature.ts";
import { signatureAlgorithmOf } from "#core/csr/signature-algorithm.ts";
import { assert } from "#core/error.ts";
import * as x509 from "#core/x509.ts";
import type { Crl, CrlFinding } from "./crl.ts";
import { sequence } from "./extension.ts";
import type { RecordedCrl } from "./ports.ts";
import { membersOf, scan } from "./scan-der.ts";

/** A CA's clock may run ahead of ours by this much. */
const skewMs = 300_000;

/** Everything that stands against `crl` for `authority`; none when it may be applied. */
export async function examineCrl(
  crl: Crl,
  context: {
    readonly authority: SerialsAuthority;
    readonly last: RecordedCrl | undefined;
    readonly sha256: string;
    readonly now: Date;
  },
): Promise<readonly CrlFinding[]> {
  const { authority, last, sha256, now } = context;
  const repeated = last?.sha256 === sha256;
  return [
    ...crl.findings,
    ...(await examineSigner(crl, authority)),
    ...examineTimes(crl, now),
    ...(last === undefined || repeated || isNewer(crl, last)
      ? []
      : [finding("crl.not_newer", "a list that was made later has been applied")]),
  ];
}

async function examineSigner(crl: Crl, authority: SerialsAuthority): Promise<readonly CrlFinding[]> {
  const certificate = new x509.X509Certificate(authority.certificatePem);
  const usages = certificate.getExtension(x509.KeyUsagesExtension)?.usages;
  if (usages !== undefined && (usages & x509.KeyUsageFlags.cRLSign) === 0) {
    return [finding("crl.signer_unfit", "the CA's certificate does not let it sign lists")];
  }
  const { subject, spki } = subjectAndKey(new Uint8Array(certificate.rawData));
  if (!sameBytes(subject, crl.issuer)) {
    return [finding("crl.issuer_mismatch", "the list names another issuer than the authority's CA")];
  }
  if (signatureAlgorithmOf(crl.signed.signatureAlgorithm) === undefined) {
    return [finding("crl.signature_algorithm", "lists are signed with SHA-2 by RSA PKCS #1 v1.5 or ECDSA")];
  }
  const key = readPublicKey(readDer(spki).root);
  assert(key !== undefined, "an authority's certificate has a readable key");
  const signed = { ...crl.signed, spki, key };
  return isVerifiable(signed) && (await isSigned(signed))
    ? []
    : [finding("crl.signature_invalid", "the list is not signed by the authority's CA")];
}

/** As they stand in the certificate: names are compared by their encoding. */
function subjectAndKey(der: Uint8Array<ArrayBuffer>) {
  const [signed] = membersOf([...scan(der)][0], sequence, "the CA's certificate");
  const fields = membersOf(signed, sequence, "the CA's certificate");
  if (fields[0]?.identifier === 0xa0) fields.shift();
  const [, , , , subject, spki] = fields;
  assert(subject !== undefined && spki !== undefined, "an authority's certificate has a subject and a key");
  return { subject: subject.encoded, spki: spki.encoded };
}

function examineTimes(crl: Crl, now: Date): readonly CrlFinding[] {
  const late = crl.thisUpdate.getTime() - now.getTime() > skewMs;
  const { nextUpdate } = crl;
  return [
    ...(late ? [finding("crl.not_yet_valid", "thisUpdate is in the future")] : []),
    // RFC 5280, 5.1.2.5: conforming CAs say when the next list comes. Without it an old one looks like a new one.
    ...(nextUpdate === undefined ? [finding("crl.next_update_missing", "the list has no nextUpdate")] : []),
    ...(nextUpdate !== undefined && nextUpdate <= crl.thisUpdate
      ? [finding("crl.dates_reversed", "nextUpdate is not after thisUpdate")]
      : []),
    ...(nextUpdate !== undefined && nextUpdate < now
      ? [finding("crl.expired", "nextUpdate has passed: there is a newer list")]
      : []),
  ];
}

/** By number where both have one (RFC 5280, 5.2.3), and never back in time. */
function isNewer(crl: Crl, last: RecordedCrl): boolean {
  if (crl.number !== undefined && last.number !== undefined) {
    return crl.number > BigInt(last.number) && crl.thisUpdate >= last.thisUpdate;
  }
  return crl.thisUpdate > last.thisUpdate;
}

const finding = (code: string, detail: string): CrlFinding => ({ code, detail });
