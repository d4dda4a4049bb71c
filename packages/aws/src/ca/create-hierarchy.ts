// Makes a CA in AWS Private CA, the calls a real account needs: create, fetch its CSR, sign it (by itself or by its
// parent), import. Each call is safe to repeat; the ARN is what a caller keeps.
import {
  type ACMPCAClient,
  CreateCertificateAuthorityCommand,
  DescribeCertificateAuthorityCommand,
  GetCertificateAuthorityCertificateCommand,
  GetCertificateAuthorityCsrCommand,
  GetCertificateCommand,
  ImportCertificateAuthorityCertificateCommand,
  IssueCertificateCommand,
} from "@aws-sdk/client-acm-pca";
import { errorName } from "./errors.ts";

export type NewCa = {
  readonly commonName: string;
  readonly organization: string;
  /** Undefined makes a root. */
  readonly parentArn?: string;
  readonly validityYears: number;
};

export type CreatedCa = { readonly arn: string; readonly certificatePem: string; readonly chainPem: string };

// ECDSA P-256: what the edge's trust store and every client of the last decade take, and the fastest to sign with.
const keyAlgorithm = "EC_prime256v1";
const signingAlgorithm = "SHA256WITHECDSA";
const template = "arn:aws:acm-pca:::template";

export async function createCa(client: ACMPCAClient, ca: NewCa): Promise<CreatedCa> {
  const { CertificateAuthorityArn: arn } = await client.send(
    new CreateCertificateAuthorityCommand({
      CertificateAuthorityType: ca.parentArn === undefined ? "ROOT" : "SUBORDINATE",
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: keyAlgorithm,
        SigningAlgorithm: signingAlgorithm,
        Subject: { Organization: ca.organization, CommonName: ca.commonName },
      },
      UsageMode: "GENERAL_PURPOSE",
    }),
  );
  if (arn === undefined) throw new Error("CreateCertificateAuthority answered no ARN");
  const csr = await eventually(async () => {
    const { Csr } = await client.send(
      new GetCertificateAuthorityCsrCommand({ CertificateAuthorityArn: arn }),
    );
    return Csr;
  });
  const issuerArn = ca.parentArn ?? arn;
  const { CertificateArn } = await eventually(() =>
    client.send(
      new IssueCertificateCommand({
        CertificateAuthorityArn: issuerArn,
        Csr: new TextEncoder().encode(csr),
        SigningAlgorithm: signingAlgorithm,
        // Path length 0: no CA below ours, so nobody can make one that carries our name.
        TemplateArn: `${template}/${ca.parentArn === undefined ? "RootCACertificate" : "SubordinateCACertificate_PathLen0"}/V1`,
        Validity: { Type: "YEARS", Value: ca.validityYears },
      }),
    ),
  );
  const { Certificate = "", CertificateChain } = await eventually(() =>
    client.send(new GetCertificateCommand({ CertificateAuthorityArn: issuerArn, CertificateArn })),
  );
  await client.send(
    new ImportCertificateAuthorityCertificateCommand({
      CertificateAuthorityArn: arn,
      Certificate: new TextEncoder().encode(Certificate),
      ...(ca.parentArn === undefined ? {} : { CertificateChain: new TextEncoder().encode(CertificateChain) }),
    }),
  );
  return readCa(client, arn);
}

/** Waits until the CA is ACTIVE: activation after an import is eventually consistent. */
export function readCa(client: ACMPCAClient, arn: string): Promise<CreatedCa> {
  return eventually(async () => {
    const { CertificateAuthority: ca } = await client.send(
      new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn }),
    );
    if (ca?.Status !== "ACTIVE") return undefined;
    const { Certificate = "", CertificateChain = "" } = await client.send(
      new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn: arn }),
    );
    return { arn, certificatePem: Certificate, chainPem: CertificateChain };
  });
}

const notYet = new Set(["RequestInProgressException", "InvalidStateException", "ThrottlingException"]);

async function eventually<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    try {
      const value = await read();
      if (value !== undefined) return value;
    } catch (error) {
      if (!notYet.has(errorName(error))) throw error;
    }
    await new Promise(resolve => setTimeout(resolve, Math.min(50 * 2 ** attempt, 2_000)));
  }
  throw new Error("the CA was not ready in time");
}
