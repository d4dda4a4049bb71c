// What registering an authority knows of its CA: from Private CA's own description, or from a partner's certificate.
import { type Finding, fail } from "#core/error.ts";
import * as x509 from "#core/x509.ts";
import { type CaKeyAlgorithm, caKeyAlgorithms } from "./authority.ts";
import { examineCaCertificate, keyAlgorithmOf, readCaCertificate } from "./ca-certificate.ts";
import type { Registration } from "./registration.ts";

export type CaDescription = {
  readonly status: string;
  readonly keyAlgorithm: string;
  readonly certificatePem: string;
  /** Parents up to the root; empty for a root. */
  readonly chainPem: string;
};

/** Undefined when there is no such CA, or it has no certificate yet. */
export type DescribeCa = (caArn: string) => Promise<CaDescription | undefined>;

export type DescribedCa = {
  readonly certificate: x509.X509Certificate;
  readonly certificatePem: string;
  readonly chainPem: string;
  readonly keyAlgorithm: CaKeyAlgorithm | undefined;
  readonly findings: readonly Finding[];
};

export const arnPointer = "/caArn";
export const pemPointer = "/certificatePem";

/** Refuses with `authority.unsuitable` when there is nothing to describe; other findings are part of the answer. */
export async function describeOwn(describeCa: DescribeCa, arn: string): Promise<DescribedCa> {
  const ca = await describeCa(arn);
  if (ca === undefined) {
    return refuse([
      finding("authority.ca_absent", "there is no active Private CA with this ARN", arnPointer),
    ]);
  }
  const keyAlgorithm = caKeyAlgorithms.find(name => name === ca.keyAlgorithm);
  const inactive = finding("authority.ca_inactive", `the Private CA is ${ca.status}`, arnPointer);
  return {
    certificate: new x509.X509Certificate(ca.certificatePem),
    certificatePem: withNewline(ca.certificatePem),
    chainPem: ca.chainPem === "" ? "" : withNewline(ca.chainPem),
    keyAlgorithm,
    findings: [
      ...(ca.status === "ACTIVE" ? [] : [inactive]),
      ...(keyAlgorithm === undefined ? [keyRefused(arnPointer)] : []),
    ],
  };
}

/** Refuses as `describeOwn` does. */
export async function describeForeign(
  registration: Registration & { kind: "foreign" },
  now: Date,
): Promise<DescribedCa> {
  const certificate = readCaCertificate(registration.certificatePem);
  if (certificate === undefined) {
    return refuse([
      finding("authority.not_a_certificate", "it is not exactly one certificate in PEM", pemPointer),
    ]);
  }
  const keyAlgorithm = keyAlgorithmOf(certificate);
  const examined = examineCaCertificate(certificate, { ...registration, now });
  return {
    certificate,
    // Written anew, so that nothing but the certificate reaches the trust store.
    certificatePem: withNewline(certificate.toString("pem")),
    chainPem: "",
    keyAlgorithm,
    findings: [
      ...(keyAlgorithm === undefined ? [keyRefused(pemPointer)] : []),
      ...examined.map(({ code, detail }) => ({ code, detail, pointer: pemPointer })),
    ],
  };
}

const withNewline = (pem: string): string => `${pem.trimEnd()}\n`;
const finding = (code: string, detail: string, pointer: string): Finding => ({ code, detail, pointer });
const keyRefused = (pointer: string): Finding =>
  finding(
    "authority.key_algorithm",
    "the edge's trust store takes RSA of 2048, 3072 or 4096 bits, P-256 and P-384",
    pointer,
  );

function refuse(findings: readonly Finding[]): never {
  return fail("authority.unsuitable", { findings });
}
