// One distribution: is mutual TLS on, may nobody pass it by, and does every connection and request meet our functions?
import type { DistributionFacts } from "./facts.ts";
import { type CheckResult, judged } from "./result.ts";

/** `renewal`: the one that lets expired certificates in, whose functions let them renew and do nothing else. */
export type Purpose = "content" | "api" | "renewal";

const requiresHttps = new Set(["https-only", "redirect-to-https"]);

export function checkDistribution(facts: DistributionFacts, purpose: Purpose): readonly CheckResult[] {
  const { id, mtls, behaviours, httpVersion, minimumProtocolVersion } = facts;
  const change = `change the ${purpose} distribution in infra/ and deploy it, or aws cloudfront update-distribution --id ${id}`;
  const critical = (holds: boolean, detail: string, remedy = change) =>
    holds ? undefined : ({ level: "critical", detail, remedy } as const);
  const unguarded = behaviours.filter(
    ({ viewerRequestFunctionArn }) => viewerRequestFunctionArn === undefined,
  );
  const plain = behaviours.filter(({ viewerProtocolPolicy }) => !requiresHttps.has(viewerProtocolPolicy));
  const bare = behaviours.filter(({ originCertificateArn }) => originCertificateArn === undefined);
  return judged("distribution", id, `${purpose}: mutual TLS ${mtls?.mode}, our functions on every path`, [
    critical(facts.isEnabled, "the distribution is disabled: nobody is served"),
    // HTTP/3 has no viewer mTLS: CloudFront refuses the combination, so whoever sees it sees a half-done change.
    critical(
      /^http(1\.1|2)$/i.test(httpVersion),
      `HTTP/3 is on (${httpVersion}); it cannot ask for certificates`,
    ),
    critical(mtls !== undefined, "viewer mutual TLS is off: nobody is asked for a certificate"),
    modeFault(facts, purpose, change),
    critical(
      mtls?.mode === "passthrough" || mtls?.trustStoreId !== undefined || mtls === undefined,
      "no trust store is associated",
    ),
    critical(
      mtls?.ignoresExpiry !== true || purpose === "renewal",
      "expired certificates are let in, which only the renewal distribution's functions know to confine",
    ),
    mtls?.ignoresExpiry === false && purpose === "renewal"
      ? { level: "warn", detail: "expired certificates are refused: nobody can renew late", remedy: change }
      : undefined,
    critical(
      facts.connectionFunctionId !== undefined,
      "no connection function is associated: revoked certificates get in",
    ),
    critical(
      unguarded.length === 0,
      `no viewer-request function on ${paths(unguarded)}: open connections live on`,
    ),
    critical(plain.length === 0, `plain HTTP is answered on ${paths(plain)}`),
    bare.length === 0
      ? undefined
      : {
          level: purpose === "content" ? "warn" : "critical",
          detail: `no origin certificate on ${paths(bare)}: the origin cannot tell CloudFront from anybody else`,
          remedy: `${change}; docs/origin.md`,
        },
    /^TLSv1\.[23]_20(2[1-9]|[3-9]\d)$/.test(minimumProtocolVersion)
      ? undefined
      : {
          level: "warn",
          detail: `viewers may use old TLS (${minimumProtocolVersion})`,
          remedy: `set TLSv1.2_2021 or newer; ${change}`,
        },
  ]);
}

function modeFault({ mtls }: DistributionFacts, purpose: Purpose, remedy: string) {
  if (mtls === undefined) return undefined;
  if (mtls.mode === "passthrough") {
    const detail = "in passthrough CloudFront checks no chain: the origin has to";
    return { level: purpose === "content" ? "warn" : "critical", detail, remedy } as const;
  }
  if (mtls.mode === "required" || (mtls.mode === "optional" && purpose !== "renewal")) return undefined;
  return { level: "critical", detail: `the mode is ${mtls.mode}`, remedy } as const;
}

function paths(behaviours: readonly { readonly pathPattern: string }[]): string {
  return behaviours.map(({ pathPattern }) => pathPattern).join(", ");
}
