// ACM as the keeper of the origin certificate: read what an ARN holds, put another pair under it.
import { ACMClient, GetCertificateCommand, ImportCertificateCommand } from "@aws-sdk/client-acm";
import type { OriginCertificateStore, OriginUse } from "#core/rotation/ports.ts";

export type OriginArns = Readonly<Record<OriginUse, string>>;

/** CloudFront reads certificates in us-east-1 only, wherever the function runs: the ARN says where. */
export function openAcm(certificateArn: string): ACMClient {
  const region = certificateArn.split(":")[3];
  // ACM takes one import a second, and a rotation makes two.
  return new ACMClient({ maxAttempts: 6, ...(region === undefined ? {} : { region }) });
}

export function originCertificateStore(client: ACMClient, arns: OriginArns): OriginCertificateStore {
  return {
    read: async use => {
      const answer = await client.send(new GetCertificateCommand({ CertificateArn: arns[use] }));
      if (answer.Certificate === undefined) throw new Error("GetCertificate answered no certificate");
      return { certificatePem: answer.Certificate, chainPem: answer.CertificateChain ?? "" };
    },
    replace: async (use, { certificatePem, chainPem, privateKeyPem }) => {
      const [Certificate, CertificateChain, PrivateKey] = [certificatePem, chainPem, privateKeyPem].map(pem =>
        new TextEncoder().encode(pem),
      );
      try {
        await client.send(
          new ImportCertificateCommand({
            CertificateArn: arns[use],
            Certificate,
            CertificateChain,
            PrivateKey,
          }),
        );
      } catch (error) {
        // By name only: a validation message may quote what was sent, and that is a private key (invariant I11).
        throw new Error(`ACM refused the ${use} import: ${error instanceof Error ? error.name : "unknown"}`);
      }
    },
  };
}
