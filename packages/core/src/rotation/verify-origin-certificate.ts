// Everything that ACM, CloudFront and our API ask of the origin certificate, checked before ACM gets it: CloudFront
// checks nothing at the handshake, and ACM lets a reimport lose clientAuth (cloudfront-mtls, 5).
import type { CaDescription } from "#core/authority/describe-ca.ts";
import { extendedKeyUsageIs, isCa, signedBy } from "#core/certificate/verify-issued.ts";
import type { IssuedCertificate } from "#core/enrolment/ports.ts";
import { assert } from "#core/error.ts";
import { parseSerial } from "#core/serial.ts";
import { sha256Hex } from "#core/sha256.ts";
import * as x509 from "#core/x509.ts";
import { type OriginKeyType, originProfile } from "./origin-profile.ts";
import type { OriginCertificate } from "./origin-state.ts";

export type OriginExpectation = {
  readonly ca: Pick<CaDescription, "certificatePem">;
  readonly now: Date;
  /** Of a certificate that we have asked for; unknown of one that is found in ACM. */
  readonly asked?: { readonly spkiSha256: string; readonly notAfter: Date };
};

export type OriginVerdict = OriginCertificate & {
  readonly keyType: OriginKeyType | undefined;
  /** Every reason why it must not be the live one. */
  readonly faults: readonly string[];
};

/** The smaller of ACM's and CloudFront's limits. */
const longestPemBytes = { certificate: 32_768, chain: 65_536 };
/** With the certificate itself and the root. */
const deepestPath = 3;

export async function verifyOriginCertificate(
  { certificatePem, chainPem }: IssuedCertificate,
  { ca, now, asked }: OriginExpectation,
): Promise<OriginVerdict> {
  const certificate = new x509.X509Certificate(certificatePem);
  const chain = readChain(chainPem);
  const issuer = new x509.X509Certificate(ca.certificatePem);
  const keyType = keyTypeOf(certificate);
  const spkiSha256 = await sha256Hex(new Uint8Array(certificate.publicKey.rawData));
  const checks: readonly (readonly [boolean, string])[] = [
    [certificate.issuer === issuer.subject, "the issuer is not the origin authority's CA"],
    [await signedBy(certificate, issuer), "the signature is not the origin authority's CA's"],
    [extendedKeyUsageIs(certificate), "the extended key usage is not exactly clientAuth"],
    [!isCa(certificate), "the certificate is a CA certificate"],
    [keyType !== undefined, "the key is neither P-256 nor RSA with 2048 bits"],
    [/SHA-(256|384|512)/.test(certificate.signatureAlgorithm.hash.name), "the signature's hash is no SHA-2"],
    [certificate.notBefore <= now, "the certificate is not valid yet"],
    [now <= certificate.notAfter, "the certificate has expired"],
    [hasDomainName(certificate), `the subject alternative name is not ${originProfile.domainName}`],
    [asked === undefined || spkiSha256 === asked.spkiSha256, "the key is not the request's"],
    [asked === undefined || certificate.notAfter <= asked.notAfter, "the lifetime is longer than asked for"],
    [certificatePem.length <= longestPemBytes.certificate, "the certificate is too large"],
    [chainPem.length <= longestPemBytes.chain, "the chain is too large"],
    [chain.length < deepestPath, "the chain is too deep"],
    [chain[0]?.equal(issuer) ?? false, "the chain does not begin with the origin authority's CA"],
    [await isInOrder(chain), "the chain does not lead to a root"],
  ];
  const serial = parseSerial(certificate.serialNumber);
  assert(serial !== undefined, "a certificate that parses has a serial");
  return {
    serial,
    sha256: await sha256Hex(new Uint8Array(certificate.rawData)),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    keyType,
    faults: checks.filter(([holds]) => !holds).map(([, fault]) => fault),
  };
}

const readChain = (pem: string): readonly x509.X509Certificate[] =>
  x509.PemConverter.decode(pem).map(der => new x509.X509Certificate(der));

/** Each is signed by the next, the last by itself. */
async function isInOrder(chain: readonly x509.X509Certificate[]): Promise<boolean> {
  const signed = await Promise.all(
    chain.map((certificate, index) => signedBy(certificate, chain[index + 1] ?? certificate)),
  );
  return chain.length > 0 && signed.every(Boolean);
}

function hasDomainName(certificate: x509.X509Certificate): boolean {
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  return names.length === 1 && names[0]?.type === "dns" && names[0].value === originProfile.domainName;
}

function keyTypeOf(certificate: x509.X509Certificate): OriginKeyType | undefined {
  // The library types the algorithm by its name alone; EC keys have a curve too, RSA keys a length.
  const { namedCurve, modulusLength }: { readonly namedCurve?: string; readonly modulusLength?: number } =
    certificate.publicKey.algorithm;
  if (namedCurve === "P-256") return "p-256";
  return modulusLength === 2048 ? "rsa-2048" : undefined;
}
