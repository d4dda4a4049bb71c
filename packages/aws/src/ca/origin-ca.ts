// The Private CA behind the origin certificate. It is none of the edge's authorities, and it issues nothing else.
import { type ACMPCAClient, IssueCertificateCommand } from "@aws-sdk/client-acm-pca";
import { type CaKeyAlgorithm, caKeyAlgorithms } from "#core/authority/authority.ts";
import { templateArn } from "#core/profile/profile.ts";
import type { OriginCa } from "#core/rotation/ports.ts";
import { csrPem } from "./csr-pem.ts";
import { describeCa } from "./describe-ca.ts";
import { translateCaError } from "./errors.ts";
import { privateCa, signingAlgorithms } from "./private-ca.ts";

/** Nobody waits for it, and a second run costs another certificate. */
const collectWaitMs = 20_000;

export function originCa(client: ACMPCAClient, caArn: string): OriginCa {
  const { collect, revoke } = privateCa(client);
  return {
    describe: () => describeCa(client, caArn),
    ask: request => ask(client, caArn, request),
    collect: certificateArn => collect(caArn, certificateArn, collectWaitMs),
    revoke: (serial, reason) => revoke(caArn, serial, reason),
  };
}

async function ask(
  client: ACMPCAClient,
  caArn: string,
  { csrDer, domainName, notAfter, keyAlgorithm, idempotencyToken }: Parameters<OriginCa["ask"]>[0],
): Promise<string> {
  const known: CaKeyAlgorithm | undefined = caKeyAlgorithms.find(name => name === keyAlgorithm);
  if (known === undefined) throw new Error(`the origin authority's key is ${keyAlgorithm}`);
  try {
    const { CertificateArn } = await client.send(
      new IssueCertificateCommand({
        CertificateAuthorityArn: caArn,
        Csr: new TextEncoder().encode(csrPem(csrDer)),
        SigningAlgorithm: signingAlgorithms[known],
        TemplateArn: templateArn,
        Validity: { Type: "ABSOLUTE", Value: notAfter.getTime() / 1000 },
        IdempotencyToken: idempotencyToken,
        ApiPassthrough: {
          Subject: { CommonName: domainName },
          Extensions: { SubjectAlternativeNames: [{ DnsName: domainName }] },
        },
      }),
    );
    if (CertificateArn === undefined) throw new Error("IssueCertificate answered no ARN");
    return CertificateArn;
  } catch (error) {
    throw translateCaError(error);
  }
}
