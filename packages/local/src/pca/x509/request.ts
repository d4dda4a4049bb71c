// Certificate signing requests (RFC 2986): what PCA reads of one, and the proof of possession it checks.
// It checks nothing else: names and extensions are the caller's business (threats B1, B2).
import { createPublicKey, createVerify } from "node:crypto";
import { AwsError } from "../../wire/aws-json.ts";
import { signatureKindOf } from "./algorithm.ts";
import { type Extension, OID } from "./extension.ts";
import { parseRequest, type RequestFields } from "./parse.ts";
import { fromPem } from "./pem.ts";

export type CertificateRequest = {
  /** DER of the subject Name, as the requester wrote it. */
  readonly subject: Buffer;
  readonly subjectPublicKeyInfo: Buffer;
  readonly extensions: readonly Extension[];
};

const malformed = (message: string): AwsError => new AwsError("MalformedCSRException", message);
const EMPTY_NAME = Buffer.from([0x30, 0x00]);
const ACCEPTED_CURVES = new Set(["prime256v1", "secp384r1", "secp521r1"]);

/** Reads a PEM request and verifies its self-signature. Throws MalformedCSRException. */
export function readRequest(csr: Buffer): CertificateRequest {
  const text = csr.toString("latin1").replaceAll("NEW CERTIFICATE REQUEST", "CERTIFICATE REQUEST");
  const [der, second] = fromPem("CERTIFICATE REQUEST", text) ?? [];
  if (der === undefined || second !== undefined)
    throw malformed("The CSR is not one PEM certificate request.");
  const request = parsed(der);
  if (!isSigned(request)) throw malformed("The self-signature of the CSR does not verify.");
  if (request.subject.equals(EMPTY_NAME) && !hasAlternativeName(request.extensions)) {
    throw malformed("The CSR must have a subject or a subject alternative name.");
  }
  return request;
}

function parsed(der: Buffer): RequestFields {
  try {
    return parseRequest(der);
  } catch (error) {
    throw malformed(`The CSR cannot be read: ${error instanceof Error ? error.message : ""}`);
  }
}

/** False for a wrong signature, and for a key or algorithm that this server does not take. */
function isSigned(request: RequestFields): boolean {
  const kind = signatureKindOf(request.signatureAlgorithm);
  if (kind === undefined) return false;
  try {
    const key = createPublicKey({ key: request.subjectPublicKeyInfo, format: "der", type: "spki" });
    const curve = key.asymmetricKeyDetails?.namedCurve;
    const accepted =
      kind.family === "RSA"
        ? key.asymmetricKeyType === "rsa"
        : key.asymmetricKeyType === "ec" && curve !== undefined && ACCEPTED_CURVES.has(curve);
    return accepted && createVerify(kind.digest).update(request.signed).verify(key, request.signature);
  } catch {
    // OpenSSL refuses the key itself, such as a point that is not on its curve.
    return false;
  }
}

/** True when there is at least one name; an empty list of names (DER 30 00) is none. */
function hasAlternativeName(extensions: readonly Extension[]): boolean {
  return extensions.some(item => item.oid === OID.subjectAlternativeName && item.value.length > 2);
}
