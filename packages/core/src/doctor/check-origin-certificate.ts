// What CloudFront shows to an origin. It checks nothing of it, and every request fails once it is of no use.
import { dueAt, originProfile } from "#core/rotation/origin-profile.ts";
import type { OriginCertificateFacts } from "./facts.ts";
import { type CheckResult, judged } from "./result.ts";

const dayMs = 86_400_000;
const rotate =
  "run the job rotate-origin-certificate (POST /v1/jobs/rotate-origin-certificate/runs); docs/rotation.md";

export function checkOriginCertificate(facts: OriginCertificateFacts, now: Date): readonly CheckResult[] {
  const { arn, notAfter, extendedKeyUsages, keyAlgorithm } = facts;
  const sound = `for clients, until ${notAfter?.toISOString()}`;
  const isForClients = extendedKeyUsages.includes("TLS_WEB_CLIENT_AUTHENTICATION");
  return judged("origin-certificate", arn, sound, [
    lifeFault(facts, now),
    isForClients
      ? undefined
      : {
          level: "critical",
          // ACM lets a reimport drop it (cloudfront-mtls, 5).
          detail: `its extended key usage is not for TLS clients (${extendedKeyUsages.join(", ") || "none"})`,
          remedy: rotate,
        },
    keyAlgorithm === "RSA_2048" || keyAlgorithm === "EC_prime256v1"
      ? undefined
      : {
          level: "critical",
          detail: `CloudFront takes no ${keyAlgorithm} key`,
          remedy: "import a certificate with a P-256 or RSA 2048 key under a new ARN",
        },
  ]);
}

function lifeFault({ notBefore, notAfter }: OriginCertificateFacts, now: Date) {
  if (notBefore === undefined || notAfter === undefined) {
    return {
      level: "critical",
      detail: "ACM tells no dates: it was never imported",
      remedy: rotate,
    } as const;
  }
  if (now < notBefore) return { level: "critical", detail: "it is not valid yet", remedy: rotate } as const;
  if (notAfter < now) {
    return { level: "critical", detail: `it expired at ${notAfter.toISOString()}`, remedy: rotate } as const;
  }
  const days = (notAfter.getTime() - now.getTime()) / dayMs;
  const left = `${Math.floor(days)} days are left of it`;
  if (days < originProfile.alarmDays) return { level: "critical", detail: left, remedy: rotate } as const;
  const overdueAt = dueAt({ notBefore, notAfter }).getTime() + 2 * dayMs;
  if (now.getTime() <= overdueAt) return undefined;
  return { level: "warn", detail: `${left}, and it was due for rotation`, remedy: rotate } as const;
}
