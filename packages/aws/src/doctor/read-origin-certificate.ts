// The origin certificate as ACM shows it.
import { DescribeCertificateCommand } from "@aws-sdk/client-acm";
import type { OriginCertificateFacts } from "#core/doctor/facts.ts";
import { openAcm } from "../acm/origin-certificate-store.ts";

export async function readOriginCertificate(arn: string): Promise<OriginCertificateFacts> {
  const client = openAcm(arn);
  try {
    const { Certificate } = await client.send(new DescribeCertificateCommand({ CertificateArn: arn }));
    return {
      arn,
      notBefore: Certificate?.NotBefore,
      notAfter: Certificate?.NotAfter,
      extendedKeyUsages: Certificate?.ExtendedKeyUsages?.flatMap(({ Name }) => Name ?? []) ?? [],
      // DescribeCertificate writes `EC_prime256v1` and `RSA-2048`; everything else in ACM writes `RSA_2048`.
      keyAlgorithm: Certificate?.KeyAlgorithm?.replace("-", "_") ?? "",
    };
  } finally {
    client.destroy();
  }
}
