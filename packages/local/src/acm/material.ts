// What is imported (certificate, private key, chain), read and held to ACM's prerequisites for importing.
// The errors' names are ACM's; where AWS's own wording is on record in public issues, so is the message.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readAll, readElement } from "../pca/x509/der.ts";
import { fromPem } from "../pca/x509/pem.ts";
import { AwsError } from "../wire/aws-json.ts";
import { domainNames, keyAlgorithmOf } from "./describe-x509.ts";

export type ImportedPem = {
  readonly Certificate: Buffer;
  readonly PrivateKey: Buffer;
  readonly CertificateChain?: Buffer | undefined;
};

const refused = (message: string): AwsError => new AwsError("ValidationException", message);

/** Throws ValidationException for anything that "Prerequisites for importing ACM certificates" rules out. */
export function checkMaterial(input: ImportedPem, now: Date): X509Certificate {
  const certificate = readCertificate(input.Certificate);
  const key = readPrivateKey(input.PrivateKey);
  const chain = input.CertificateChain === undefined ? [] : readChain(input.CertificateChain);
  if (keyAlgorithmOf(certificate) === undefined)
    throw refused("The certificate's key algorithm is not supported.");
  if (!certificate.checkPrivateKey(key)) throw refused("The private key does not match the certificate.");
  if (certificate.validFromDate > now) throw refused("The certificate is not valid yet.");
  if (certificate.validToDate < now) throw refused("The certificate has expired.");
  if (domainNames(certificate).length === 0)
    throw refused("The certificate contains no domain name and no IP address.");
  checkChain(certificate, chain);
  return certificate;
}

function readCertificate(bytes: Buffer): X509Certificate {
  const [first, ...more] = readPem(bytes, "certificate");
  if (first === undefined || more.length > 0) {
    throw refused(
      "The certificate field contains more than one certificate. You can specify only one certificate in this field.",
    );
  }
  return first;
}

const readChain = (bytes: Buffer): readonly X509Certificate[] => readPem(bytes, "certificate chain");

function readPem(bytes: Buffer, field: string): readonly X509Certificate[] {
  const blocks = fromPem("CERTIFICATE", bytes.toString("latin1"));
  if (blocks === undefined) throw refused(`The ${field} is not PEM-encoded.`);
  return blocks.map(der => {
    if (!isVersion3(der))
      throw refused(`The ${field} holds something that is no X.509 version 3 certificate.`);
    return new X509Certificate(der);
  });
}

/** RFC 5280, 4.1.2.1: version 3 is the integer 2 under the tag [0]; a version 1 certificate has no such element. */
function isVersion3(der: Buffer): boolean {
  try {
    const [toBeSigned] = readAll(readElement(der).content);
    const [version] = readAll(toBeSigned?.content ?? Buffer.alloc(0));
    const readable = new X509Certificate(der).publicKey.type === "public";
    return readable && version?.tag === 0xa0 && version.content.equals(Buffer.from([2, 1, 2]));
  } catch {
    return false;
  }
}

const keyLabels = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

/** The message never quotes what was sent: it may be most of a private key. */
function readPrivateKey(bytes: Buffer): KeyObject {
  const pem = bytes.toString("latin1");
  if (/ENCRYPTED/.test(pem))
    throw refused("The private key is encrypted. Only unencrypted keys are supported.");
  if (!keyLabels.some(label => fromPem(label, pem)?.length === 1))
    throw refused("The private key is not PEM-encoded.");
  try {
    return createPrivateKey(pem);
  } catch {
    throw refused("The private key is not supported.");
  }
}

/** "Each certificate in the chain must directly certify the one preceding", and the certificate itself is not in it. */
function checkChain(certificate: X509Certificate, chain: readonly X509Certificate[]): void {
  const isSelfSigned = isIssuedBy(certificate, certificate);
  if (chain.length === 0 && !isSelfSigned) {
    throw refused(
      "Provided certificate is not a valid self signed. Please provide either a valid self-signed certificate or certificate chain.",
    );
  }
  const path = [certificate, ...chain];
  const broken = chain.some((issuer, index) => {
    const below = path[index];
    return issuer.raw.equals(certificate.raw) || below === undefined || !isIssuedBy(below, issuer);
  });
  if (broken) throw refused("Could not validate the certificate with the certificate chain.");
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
