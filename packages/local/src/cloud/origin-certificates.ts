// The two certificates that the edge shows to the API: the live one, and the one that rotation rehearses with.
// Made once per state directory, as an operator does before the first deployment; from then on rotation replaces them.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type ACMClient, DescribeCertificateCommand, ImportCertificateCommand } from "@aws-sdk/client-acm";
import { type ACMPCAClient, IssueCertificateCommand } from "@aws-sdk/client-acm-pca";
import * as z from "zod";
import type { CreatedCa } from "#aws/ca/create-hierarchy.ts";
import { originProfile } from "#core/rotation/origin-profile.ts";
import { makeKeyAndCsr } from "../demo/key-and-csr.ts";
import { collect } from "../demo/outside-certificates.ts";
import type { Clock } from "../wire/clock.ts";

const memorySchema = z.object({ live: z.string(), rehearsal: z.string() });
/** ARNs in ACM. */
export type OriginCertificates = z.infer<typeof memorySchema>;

type OriginSetUp = {
  /** ACM takes one import a second: it must try again. */
  readonly acm: ACMClient;
  readonly pca: ACMPCAClient;
  readonly ca: CreatedCa;
  readonly clock: Clock;
  /** Remembers the ARNs. */
  readonly file: string;
};

/** A stack that slept through its certificate's life gets a new one under the same ARNs: nothing could be probed. */
export async function ensureOriginCertificates(setUp: OriginSetUp): Promise<OriginCertificates> {
  const { acm, file } = setUp;
  const known = existsSync(file) ? memorySchema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
  if (known !== undefined && !(await isExpired(acm, known.live, setUp.clock))) return known;
  return await importFirst(setUp, known);
}

async function importFirst(
  { acm, pca, ca, file }: OriginSetUp,
  known: OriginCertificates | undefined,
): Promise<OriginCertificates> {
  const material = await issue(pca, ca);
  const importUnder = async (CertificateArn: string | undefined): Promise<string> => {
    const answer = await acm.send(
      new ImportCertificateCommand({
        ...material,
        ...(CertificateArn === undefined ? {} : { CertificateArn }),
      }),
    );
    return answer.CertificateArn ?? "";
  };
  const live = await importUnder(known?.live);
  const arns = { live, rehearsal: await importUnder(known?.rehearsal) };
  writeFileSync(`${file}.new`, JSON.stringify(arns, undefined, 2));
  renameSync(`${file}.new`, file);
  return arns;
}

async function issue(pca: ACMPCAClient, ca: CreatedCa) {
  const { key, csr } = await makeKeyAndCsr(originProfile.domainName);
  const { CertificateArn } = await pca.send(
    new IssueCertificateCommand({
      CertificateAuthorityArn: ca.arn,
      Csr: new TextEncoder().encode(csr),
      SigningAlgorithm: "SHA256WITHECDSA",
      TemplateArn: "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate_APIPassthrough/V1",
      ApiPassthrough: {
        Subject: { CommonName: originProfile.domainName },
        Extensions: { SubjectAlternativeNames: [{ DnsName: originProfile.domainName }] },
      },
      Validity: { Type: "DAYS", Value: originProfile.lifetimeDays },
    }),
  );
  const certificate = await collect(pca, ca.arn, CertificateArn ?? "");
  const [Certificate, PrivateKey, CertificateChain] = [certificate, key, ca.certificatePem].map(pem =>
    new TextEncoder().encode(pem),
  );
  return { Certificate, PrivateKey, CertificateChain };
}

async function isExpired(acm: ACMClient, arn: string, clock: Clock): Promise<boolean> {
  const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn: arn }));
  return Certificate?.NotAfter === undefined || Certificate.NotAfter <= clock.now();
}
