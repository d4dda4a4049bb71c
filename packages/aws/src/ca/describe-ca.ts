// What registering an authority needs to know of a Private CA.
import {
  type ACMPCAClient,
  DescribeCertificateAuthorityCommand,
  GetCertificateAuthorityCertificateCommand,
} from "@aws-sdk/client-acm-pca";
import type { CaDescription } from "#core/authority/describe-ca.ts";
import { errorName, translateCaError } from "./errors.ts";

// A deployment's roles name its CAs: one that is not among them is as good as absent.
const absent = new Set([
  "AccessDeniedException",
  "ResourceNotFoundException",
  "InvalidArnException",
  "InvalidStateException",
]);

export async function describeCa(client: ACMPCAClient, caArn: string): Promise<CaDescription | undefined> {
  const input = { CertificateAuthorityArn: caArn };
  try {
    const [{ CertificateAuthority: ca }, { Certificate, CertificateChain }] = await Promise.all([
      client.send(new DescribeCertificateAuthorityCommand(input)),
      client.send(new GetCertificateAuthorityCertificateCommand(input)),
    ]);
    if (Certificate === undefined) return undefined;
    return {
      status: ca?.Status ?? "UNKNOWN",
      keyAlgorithm: ca?.CertificateAuthorityConfiguration?.KeyAlgorithm ?? "UNKNOWN",
      certificatePem: Certificate,
      chainPem: CertificateChain ?? "",
    };
  } catch (error) {
    if (absent.has(errorName(error))) return undefined;
    throw translateCaError(error);
  }
}
