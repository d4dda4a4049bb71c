// The one door for a posted CSR: every rule, every finding, and for a sound one the canonical bytes to sign.

import type { Csr } from "./csr.ts";
import { readDer } from "./der/read-der.ts";
import type { Finding } from "./finding.ts";
import { type CsrLimits, findingsShown, privateCaLimits } from "./limits.ts";
import { readPem } from "./pem/read-pem.ts";
import { readRequest } from "./request/certification-request.ts";
import { derRules, pemRules, requestRules } from "./rules/all.ts";
import type { Rule } from "./rules/rule.ts";
import { toCsr } from "./to-csr.ts";

export type CsrInspection =
  | { readonly kind: "sound"; readonly csr: Csr }
  | { readonly kind: "unsound"; readonly findings: readonly Finding[] };

/**
 * Decides about a PEM CSR (RFC 2986, RFC 7468). Returns all findings the parse allows, at most 32, and never throws.
 * `limits` may lower the size cap for a profile.
 */
export async function inspectCsr(pem: string, limits: CsrLimits = privateCaLimits): Promise<CsrInspection> {
  const text = readPem(pem, limits);
  const findings = [...(await applyRules(pemRules, text))];
  // Beside a leaked key nothing else matters, and nothing of the text may be repeated (threat B8).
  const leak = findings.find(finding => finding.code === "csr.contains_private_key");
  if (leak !== undefined) return { kind: "unsound", findings: [leak] };

  const bytes = text.block?.bytes;
  if (bytes === undefined) return unsound(findings);
  const reading = readDer(bytes);
  const request = reading.root && readRequest(reading.root);
  findings.push(...(await applyRules(derRules, { bytes, reading, request })));
  if (request?.kind === "request") findings.push(...(await applyRules(requestRules, request.request)));
  return request?.kind === "request" && findings.length === 0
    ? { kind: "sound", csr: await toCsr(request.request) }
    : unsound(findings);
}

async function applyRules<Subject>(
  rules: readonly Rule<Subject>[],
  subject: Subject,
): Promise<readonly Finding[]> {
  const applicable = rules.filter(rule => rule.applies(subject));
  return (await Promise.all(applicable.map(rule => rule.check(subject)))).flat();
}

function unsound(findings: readonly Finding[]): CsrInspection {
  return { kind: "unsound", findings: findings.slice(0, findingsShown) };
}
