// ImportCertificate: a new certificate, or another one under an ARN that services already use.
import { X509Certificate } from "node:crypto";
import type * as z from "zod";
import { AwsError } from "../wire/aws-json.ts";
import type { Acm } from "./acm.ts";
import type { importCertificate as input } from "./input.ts";
import { checkMaterial } from "./material.ts";
import { checkReimport } from "./reimport.ts";
import { newCertificateId, type StoredCertificate } from "./store.ts";

const yearMs = 365 * 86_400_000;

export function importCertificate(
  acm: Acm,
  request: z.output<typeof input>,
): { readonly CertificateArn: string } {
  const now = acm.clock.now();
  const { CertificateArn: arn } = request;
  const previous = arn === undefined ? undefined : acm.store.get(arn);
  if (previous !== undefined && request.Tags !== undefined) {
    throw new AwsError("ValidationException", "Tags cannot be applied when a certificate is reimported.");
  }
  const certificate = checkMaterial(request, now);
  if (previous !== undefined) checkReimport(new X509Certificate(previous.certificate), certificate);
  checkQuotas(acm, previous, now);
  const stored: StoredCertificate = {
    id: previous?.id ?? newCertificateId(),
    certificate: request.Certificate.toString("latin1"),
    privateKey: request.PrivateKey.toString("latin1"),
    chain: request.CertificateChain?.toString("latin1"),
    tags: previous?.tags ?? request.Tags ?? [],
    createdAt: previous?.createdAt ?? now.getTime(),
    importedAt: now.getTime(),
  };
  acm.store.save(stored);
  acm.onImported(stored);
  return { CertificateArn: acm.store.arnOf(stored.id) };
}

function checkQuotas({ store, quotas }: Acm, previous: StoredCertificate | undefined, now: Date): void {
  const exceeded = (what: string): AwsError =>
    new AwsError("LimitExceededException", `The quota of ${what} has been exceeded.`);
  if (previous === undefined && store.all().length >= quotas.certificates)
    throw exceeded(`${quotas.certificates} imported certificates`);
  if (store.importsSince(new Date(now.getTime() - yearMs)) >= quotas.importsPerYear)
    throw exceeded(`${quotas.importsPerYear} imports in 365 days`);
}
