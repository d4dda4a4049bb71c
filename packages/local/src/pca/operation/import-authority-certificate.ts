// ImportCertificateAuthorityCertificate: activates a CA, once its certificate and chain hold together.
import { X509Certificate } from "node:crypto";
import type * as z from "zod";
import { AwsError } from "../../wire/aws-json.ts";
import type { importAuthorityCertificate } from "../input/authority.ts";
import type { Pca } from "../pca.ts";
import { type Authority, statusAt } from "../state/authority.ts";
import { encodeSubject } from "../x509/name.ts";
import {
  basicConstraintsIn,
  type CertificateFields,
  maySignCertificates,
  parseCertificate,
} from "../x509/parse.ts";
import { fromPem, toPem } from "../x509/pem.ts";
import { type Signer, signerOf } from "../x509/signer.ts";
import { invalidState } from "./authority-lifecycle.ts";

type Read = CertificateFields & { readonly der: Buffer; readonly x509: X509Certificate };

const malformed = (message: string): AwsError => new AwsError("MalformedCertificateException", message);
const mismatch = (message: string): AwsError => new AwsError("CertificateMismatchException", message);
const refused = (message: string): AwsError => new AwsError("InvalidRequestException", message);

export function importCertificate(pca: Pca, input: z.output<typeof importAuthorityCertificate>): void {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const now = pca.clock.now();
  const status = statusAt(authority, now);
  if (status === "CREATING") throw new AwsError("RequestInProgressException", "The CA is being created.");
  const signer = signerOf(authority);
  if (status === "DELETED" || status === "FAILED" || signer === undefined) {
    throw invalidState(authority, status, "it takes no certificate");
  }
  const [certificate, another] = readPem(input.Certificate);
  if (certificate === undefined || another !== undefined)
    throw malformed("Expected exactly one certificate.");
  const chain = input.CertificateChain === undefined ? [] : readPem(input.CertificateChain);
  checkOwn(authority, signer, certificate, now);
  checkChain(authority, certificate, chain);
  pca.authorities.save({
    ...authority,
    status: "ACTIVE",
    changedAt: now.getTime(),
    installed: {
      certificate: toPem("CERTIFICATE", certificate.der),
      chain: chain.length === 0 ? undefined : chain.map(item => toPem("CERTIFICATE", item.der)).join("\n"),
      serial: certificate.x509.serialNumber.toLowerCase().replace(/(..)(?!$)/g, "$1:"),
      notBefore: certificate.x509.validFromDate.getTime(),
      notAfter: certificate.x509.validToDate.getTime(),
    },
  });
}

function readPem(text: Buffer): readonly Read[] {
  if (text.toString("latin1").trim() === "") return [];
  const blocks = fromPem("CERTIFICATE", text.toString("latin1"));
  if (blocks === undefined) throw malformed("The certificate or chain is not PEM.");
  try {
    return blocks.map(der => ({ ...parseCertificate(der), der, x509: new X509Certificate(der) }));
  } catch (error) {
    throw malformed(`A certificate cannot be read: ${error instanceof Error ? error.message : ""}`);
  }
}

// API reference, "ImportCertificateAuthorityCertificate": these may be critical in an imported certificate, no others.
const MAY_BE_CRITICAL = new Set([
  "2.5.29.35", // authority key identifier
  "2.5.29.19", // basic constraints
  "2.5.29.32", // certificate policies
  "2.5.29.37", // extended key usage
  "2.5.29.54", // inhibit anyPolicy
  "2.5.29.18", // issuer alternative name
  "2.5.29.15", // key usage
  "2.5.29.30", // name constraints
  "2.5.29.33", // policy mappings
  "2.5.29.17", // subject alternative name
  "2.5.29.9", // subject directory attributes
  "2.5.29.14", // subject key identifier
  "1.3.6.1.5.5.7.1.11", // subject information access
]);

function checkOwn(authority: Authority, signer: Signer, { x509, subject }: Read, now: Date): void {
  const key = x509.publicKey.export({ format: "der", type: "spki" });
  if (!key.equals(signer.subjectPublicKeyInfo)) throw mismatch("The certificate is not for this CA's key.");
  if (!subject.equals(encodeSubject(authority.configuration.Subject))) {
    throw mismatch("The certificate's subject is not the CA's.");
  }
  if (x509.validToDate.getTime() <= now.getTime()) throw malformed("The certificate has expired.");
  const selfSigned = isIssuedBy(x509, x509);
  if (authority.type === "ROOT" && !selfSigned)
    throw refused("Only a self-signed certificate can be a root CA's.");
  if (authority.type === "SUBORDINATE" && selfSigned)
    throw refused("A subordinate CA's cannot be self-signed.");
}

/** Each certificate must be signed by the next; the last is a root, and none is the CA's own. */
function checkChain(authority: Authority, own: Read, chain: readonly Read[]): void {
  const root = chain.at(-1);
  if (authority.type === "ROOT" && root !== undefined) throw refused("A root CA has no certificate chain.");
  if (authority.type === "SUBORDINATE" && root === undefined)
    throw refused("A subordinate CA needs its chain.");
  if (chain.some(item => item.der.equals(own.der)))
    throw malformed("The chain contains the CA's own certificate.");
  if (root !== undefined && !isIssuedBy(root.x509, root.x509))
    throw malformed("The chain does not end in a root.");
  const path = [own, ...chain];
  for (const [index, item] of path.entries()) {
    checkAuthorityExtensions(item, index);
    const issuer = path[index + 1];
    if (issuer !== undefined && !isIssuedBy(item.x509, issuer.x509)) {
      throw mismatch("A certificate in the chain is not signed by the next one.");
    }
  }
}

/** `below` is the number of CA certificates beneath this one, which its path length has to allow. */
function checkAuthorityExtensions({ extensions }: Read, below: number): void {
  const refusedExtension = extensions.find(item => item.critical && !MAY_BE_CRITICAL.has(item.oid));
  if (refusedExtension !== undefined)
    throw malformed(`The extension ${refusedExtension.oid} is marked critical.`);
  const constraints = basicConstraintsIn(extensions);
  if (!constraints?.ca || !constraints.critical) {
    throw malformed("A CA certificate needs critical basic constraints with CA:TRUE.");
  }
  if (!maySignCertificates(extensions)) {
    throw malformed("A CA certificate's key usage must allow certificate signing.");
  }
  if (constraints.pathLength !== undefined && constraints.pathLength < below) {
    throw mismatch("The path length of a parent is exceeded.");
  }
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
