// Certificates that the edge must refuse: one of a CA that is not in the trust store, one that is about to expire.
import {
  type ACMPCAClient,
  GetCertificateCommand,
  IssueCertificateCommand,
  type IssueCertificateCommandInput,
} from "@aws-sdk/client-acm-pca";
import { createCa } from "#aws/ca/create-hierarchy.ts";
import type { ClientIdentity } from "./edge-client.ts";
import { makeKeyAndCsr } from "./key-and-csr.ts";

export type OutsideCertificates = {
  readonly foreign: ClientIdentity;
  readonly expired: ClientIdentity;
  /** When `expired` becomes what it is called. */
  readonly expiresAt: Date;
};

export async function issueOutside(client: ACMPCAClient, issuingArn: string): Promise<OutsideCertificates> {
  const foreignCa = await createCa(client, {
    commonName: "Somebody Else",
    organization: "elsewhere",
    validityYears: 1,
  });
  const foreign = await issue(client, foreignCa.arn, { Type: "DAYS", Value: 30 });
  const expiresAt = new Date((Math.floor(Date.now() / 1_000) + 3) * 1_000);
  const expired = await issue(client, issuingArn, { Type: "ABSOLUTE", Value: expiresAt.getTime() / 1_000 });
  return { foreign, expired, expiresAt };
}

async function issue(
  client: ACMPCAClient,
  caArn: string,
  validity: IssueCertificateCommandInput["Validity"],
): Promise<ClientIdentity> {
  const { key, csr } = await makeKeyAndCsr("outsider");
  const { CertificateArn } = await client.send(
    new IssueCertificateCommand({
      CertificateAuthorityArn: caArn,
      Csr: new TextEncoder().encode(csr),
      SigningAlgorithm: "SHA256WITHECDSA",
      TemplateArn: "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1",
      Validity: validity,
    }),
  );
  return { key, certificate: await collect(client, caArn, CertificateArn ?? "") };
}

export async function collect(client: ACMPCAClient, caArn: string, certificateArn: string): Promise<string> {
  for (;;) {
    try {
      const input = { CertificateAuthorityArn: caArn, CertificateArn: certificateArn };
      const { Certificate } = await client.send(new GetCertificateCommand(input));
      if (Certificate !== undefined) return `${Certificate.trim()}\n`;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "RequestInProgressException") throw error;
    }
    await new Promise(resolve => setTimeout(resolve, 40));
  }
}
