// IssueCertificate. The certificate is signed and on disk before the answer; GetCertificate delivers it later.
// One synchronous step from the token's look-up to the insert, so that two racing calls cannot both issue.
import { AwsError } from "../../wire/aws-json.ts";
import { certificateArn } from "../arn.ts";
import type { IssueCertificate } from "../input/certificate.ts";
import type { ApiPassthrough } from "../input/passthrough.ts";
import { IDEMPOTENCY_WINDOW_MS, type Pca } from "../pca.ts";
import { type Authority, statusAt } from "../state/authority.ts";
import type { IssuedCertificate } from "../state/certificate.ts";
import { type SignatureKind, signatureKind } from "../x509/algorithm.ts";
import { signCertificate } from "../x509/certificate.ts";
import { type Content, decideContent } from "../x509/content.ts";
import { authorityKeyIdentifier, keyIdentifier, subjectKeyIdentifier } from "../x509/extension.ts";
import { subjectText } from "../x509/name.ts";
import { toPem } from "../x509/pem.ts";
import { type CertificateRequest, readRequest } from "../x509/request.ts";
import { type Signer, signerOf } from "../x509/signer.ts";
import { DEFAULT_TEMPLATE_ARN, findTemplate, type Template } from "../x509/template.ts";
import { decidePeriod } from "../x509/validity.ts";
import { revocationExtensions } from "./revocation-configuration.ts";

type Prepared = {
  readonly authority: Authority;
  readonly templateArn: string;
  readonly template: Template;
  readonly signer: Signer;
  readonly kind: SignatureKind;
  readonly request: CertificateRequest;
};

export function issueCertificate(pca: Pca, input: IssueCertificate): { CertificateArn: string } {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const known = alreadyIssued(pca, authority, input.IdempotencyToken);
  if (known !== undefined) return { CertificateArn: certificateArn(authority.arn, known) };
  const prepared = prepare(pca, authority, input);
  const certificate = sign(pca, prepared, input);
  pca.certificates.add(authority.id, certificate);
  const arn = certificateArn(authority.arn, certificate.serial);
  pca.queue.add(arn, () => pca.emit("ACM Private CA Certificate Issuance", [authority.arn, arn]));
  return { CertificateArn: arn };
}

/** Every check that needs neither names nor dates. */
function prepare(pca: Pca, authority: Authority, input: IssueCertificate): Prepared {
  const templateArn = input.TemplateArn ?? DEFAULT_TEMPLATE_ARN;
  const template = findTemplate(templateArn);
  const signer = signerFor(pca, authority, template);
  const kind = matchingKind(signer, input.SigningAlgorithm);
  if (pca.certificates.counts(authority.id).issued >= pca.quotas.certificatesPerAuthority) {
    throw new AwsError(
      "LimitExceededException",
      "The certificate authority has issued its quota of certificates.",
    );
  }
  const request = readRequest(input.Csr);
  checkTemplate(template, signer, request);
  return { authority, templateArn, template, signer, kind, request };
}

function sign(pca: Pca, prepared: Prepared, input: IssueCertificate): IssuedCertificate {
  const { authority, template, signer, kind, request } = prepared;
  const selfSigned = template.kind === "root";
  const content = contentOf(prepared, input.ApiPassthrough, pca.account.region);
  const now = pca.clock.now();
  const period = decidePeriod({
    now,
    validity: input.Validity,
    validityNotBefore: input.ValidityNotBefore,
    authorityNotAfter: selfSigned ? undefined : new Date(authority.installed?.notAfter ?? 0),
    shortLived: authority.usageMode === "SHORT_LIVED_CERTIFICATE" && template.kind === "end-entity",
  });
  const serial = pca.newSerial();
  const issuer = selfSigned ? content.subject : (signer.issuer ?? content.subject);
  const { subjectPublicKeyInfo } = request;
  const der = signCertificate({ serial, issuer, subjectPublicKeyInfo, period, ...content }, kind, signer.key);
  return {
    serial: Buffer.from(serial).toString("hex"),
    token: input.IdempotencyToken,
    issuedAt: now.getTime(),
    notBefore: period.notBefore.getTime(),
    notAfter: period.notAfter.getTime(),
    subject: subjectText(content.subject),
    template: prepared.templateArn,
    selfSigned,
    pem: toPem("CERTIFICATE", der),
    revokedAt: undefined,
    reason: undefined,
  };
}

/**
 * The serial that a token stands for. AWS does not document what a token with other parameters does; for ACM it
 * confirmed that the first request wins, and so it is here.
 */
function alreadyIssued(pca: Pca, authority: Authority, token: string | undefined): string | undefined {
  const since = pca.clock.now().getTime() - IDEMPOTENCY_WINDOW_MS;
  return token === undefined ? undefined : pca.certificates.findByToken(authority.id, token, since);
}

/** A CA issues when ACTIVE; a root that has no certificate yet may sign its own. Throws InvalidStateException. */
function signerFor(pca: Pca, authority: Authority, template: Template): Signer {
  const status = statusAt(authority, pca.clock.now());
  const signer = signerOf(authority);
  const signsItself =
    template.kind === "root" && authority.type === "ROOT" && status === "PENDING_CERTIFICATE";
  if (signer === undefined || (status !== "ACTIVE" && !signsItself)) {
    throw new AwsError(
      "InvalidStateException",
      "The certificate authority is not in a valid state for issuing certificates",
    );
  }
  if (template.kind === "root" && authority.type !== "ROOT") {
    throw new AwsError("InvalidArgsException", "Only a root CA can issue a root CA certificate.");
  }
  return signer;
}

function matchingKind(signer: Signer, signingAlgorithm: string): SignatureKind {
  const kind = signatureKind(signingAlgorithm);
  if (kind === undefined || kind.family.toLowerCase() !== signer.key.asymmetricKeyType) {
    throw new AwsError(
      "InvalidArgsException",
      `The signing algorithm ${signingAlgorithm} cannot be used with the key of this certificate authority.`,
    );
  }
  return kind;
}

function checkTemplate(template: Template, signer: Signer, request: CertificateRequest): void {
  if (template.kind === "root" && !request.subjectPublicKeyInfo.equals(signer.subjectPublicKeyInfo)) {
    throw new AwsError(
      "InvalidArgsException",
      "A root CA certificate can be issued for the CA's own CSR only.",
    );
  }
  const allowed = signer.pathLength ?? Number.POSITIVE_INFINITY;
  if (template.pathLength !== undefined && template.pathLength >= allowed) {
    throw new AwsError("ValidationException", "The path length exceeds the limit set by the issuing CA.");
  }
}

function contentOf(prepared: Prepared, passthrough: ApiPassthrough | undefined, region: string): Content {
  const { authority, template, signer, request } = prepared;
  // A self-signed certificate cannot be revoked, so it points to no CRL.
  const revocation = template.kind === "root" ? [] : revocationExtensions(authority, region);
  return decideContent({
    template,
    request,
    passthrough,
    authorityExtensions: [
      authorityKeyIdentifier(signer.keyIdentifier),
      subjectKeyIdentifier(keyIdentifier(request.subjectPublicKeyInfo)),
      ...revocation,
    ],
  });
}
