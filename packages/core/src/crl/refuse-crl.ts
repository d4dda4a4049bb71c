// A list that is refused, with everything that stands against it. The list is the whole body, so pointers are empty.
import { fail } from "#core/error.ts";
import type { CrlFinding } from "./crl.ts";

export function refuseCrl(findings: readonly CrlFinding[]): never {
  return fail("crl.refused", { findings: findings.map(finding => ({ ...finding, pointer: "" })) });
}

export function refuseCrlIfAny(findings: readonly CrlFinding[]): void {
  if (findings.length > 0) refuseCrl(findings);
}
