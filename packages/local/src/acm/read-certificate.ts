// The operations that show or delete certificates. None of them ever gives a private key away.
import { X509Certificate } from "node:crypto";
import type * as z from "zod";
import { pageOf } from "../pca/operation/page.ts";
import { AwsError } from "../wire/aws-json.ts";
import type { Acm } from "./acm.ts";
import { domainNames, extendedKeyUsages, keyAlgorithmOf, keyUsages } from "./describe-x509.ts";
import type { KeyAlgorithm, listCertificates as listInput, onCertificate, statuses } from "./input.ts";
import type { StoredCertificate } from "./store.ts";

type OnCertificate = z.output<typeof onCertificate>;

export function getCertificate(acm: Acm, { CertificateArn }: OnCertificate) {
  const { certificate, chain } = acm.store.get(CertificateArn);
  return { Certificate: certificate, CertificateChain: chain };
}

export function describeCertificate(acm: Acm, { CertificateArn }: OnCertificate) {
  const stored = acm.store.get(CertificateArn);
  const certificate = new X509Certificate(stored.certificate);
  return {
    Certificate: {
      ...shared(acm, stored, certificate),
      Serial: certificate.serialNumber.toLowerCase().match(/../g)?.join(":"),
      Subject: certificate.subject.split("\n").join(","),
      Issuer: /^(?:CN|O)=(.*)$/m.exec(certificate.issuer)?.[1],
      SignatureAlgorithm: certificate.signatureAlgorithm,
      SubjectAlternativeNames: domainNames(certificate),
      KeyUsages: (keyUsages(certificate) ?? []).map(Name => ({ Name })),
      ExtendedKeyUsages: extendedKeyUsages(certificate) ?? [],
      InUseBy: acm.usersOf(stored.id),
      Options: { CertificateTransparencyLoggingPreference: "DISABLED" },
    },
  };
}

/** The model's default filter shows RSA keys of 1024 and 2048 bits and nothing else. */
const keysByDefault: readonly KeyAlgorithm[] = ["RSA_1024", "RSA_2048"];

export function listCertificates(acm: Acm, input: z.output<typeof listInput>) {
  const keys = input.Includes?.keyTypes ?? keysByDefault;
  const summaries = acm.store
    .all()
    .map(stored => shared(acm, stored, new X509Certificate(stored.certificate)))
    .filter(({ KeyAlgorithm: key }) => key !== undefined && keys.includes(key))
    .filter(({ Status }) => input.CertificateStatuses?.includes(Status) ?? true);
  try {
    const page = pageOf(summaries, { MaxResults: input.MaxItems, NextToken: input.NextToken });
    return { CertificateSummaryList: page.items, NextToken: page.NextToken };
  } catch {
    // ACM's model has no error of its own for a token that it did not give.
    throw new AwsError("ValidationException", "The token is not valid.");
  }
}

export function deleteCertificate(acm: Acm, { CertificateArn }: OnCertificate): void {
  const { id } = acm.store.get(CertificateArn);
  const [user] = acm.usersOf(id);
  if (user !== undefined)
    throw new AwsError("ResourceInUseException", `Certificate ${CertificateArn} is in use by ${user}.`);
  acm.store.remove(id);
}

/** Times are seconds on the wire. */
function shared(acm: Acm, stored: StoredCertificate, certificate: X509Certificate) {
  const status: (typeof statuses)[number] = certificate.validToDate < acm.clock.now() ? "EXPIRED" : "ISSUED";
  return {
    CertificateArn: acm.store.arnOf(stored.id),
    DomainName: domainNames(certificate)[0],
    Type: "IMPORTED",
    Status: status,
    KeyAlgorithm: keyAlgorithmOf(certificate),
    RenewalEligibility: "INELIGIBLE",
    CreatedAt: stored.createdAt / 1000,
    ImportedAt: stored.importedAt / 1000,
    NotBefore: certificate.validFromDate.getTime() / 1000,
    NotAfter: certificate.validToDate.getTime() / 1000,
  };
}
