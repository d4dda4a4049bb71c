// The certificate that the edge shows to origins, issued by the origin CA for a key made here, renewed at each start.
import { type ACMPCAClient, IssueCertificateCommand } from "@aws-sdk/client-acm-pca";
import type { CreatedCa } from "#aws/ca/create-hierarchy.ts";
import { makeKeyAndCsr } from "../demo/key-and-csr.ts";
import { collect } from "../demo/outside-certificates.ts";
import type { PemIdentity } from "./server-identity.ts";

export async function issueOriginIdentity(client: ACMPCAClient, origin: CreatedCa): Promise<PemIdentity> {
  const { key, csr } = await makeKeyAndCsr("edge-origin");
  const { CertificateArn } = await client.send(
    new IssueCertificateCommand({
      CertificateAuthorityArn: origin.arn,
      Csr: new TextEncoder().encode(csr),
      SigningAlgorithm: "SHA256WITHECDSA",
      TemplateArn: "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1",
      Validity: { Type: "DAYS", Value: 90 },
    }),
  );
  return { key, certificate: await collect(client, origin.arn, CertificateArn ?? "") };
}
