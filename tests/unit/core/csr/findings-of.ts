// Inspects one text and reduces the answer to what most tests assert: the codes, once each, in alphabetical order.

import { inspectCsr } from "#core/csr/inspect-csr.ts";

export async function codesOf(pem: string): Promise<readonly string[]> {
  const inspection = await inspectCsr(pem);
  if (inspection.kind === "sound") return [];
  return [...new Set(inspection.findings.map(finding => finding.code))].sort();
}
