// What a check of a deployment comes to. A check that could not be made says so: silence would read as health.

export const levels = ["ok", "skipped", "warn", "critical"] as const;
export type Level = (typeof levels)[number];

export type CheckName =
  | "distribution"
  | "trust-store"
  | "ocsp"
  | "function"
  | "store"
  | "origin-certificate"
  | "log-delivery"
  | "quota"
  | "canary";

export type CheckResult = {
  readonly check: CheckName;
  readonly level: Level;
  /** What was looked at: a distribution's id, an ARN, a quota's code. */
  readonly about: string;
  /** One sentence. */
  readonly detail: string;
  /** What to do about it, often a command; on everything but `ok`. */
  readonly remedy?: string;
};

type Fault = { readonly level: Exclude<Level, "ok">; readonly detail: string; readonly remedy: string };

/** One result a fault, or a single `ok` when nothing is wrong. */
export function judged(
  check: CheckName,
  about: string,
  soundDetail: string,
  faults: readonly (Fault | undefined)[],
): readonly CheckResult[] {
  const found = faults.filter(fault => fault !== undefined);
  if (found.length === 0) return [{ check, level: "ok", about, detail: soundDetail }];
  return found.map(fault => ({ check, about, ...fault }));
}

/** Warnings and checks that were left out do not fail a run: a pipeline could never pass while a certificate nears its end. */
export function exitCode(results: readonly CheckResult[]): 0 | 1 {
  return results.some(({ level }) => level === "critical") ? 1 : 0;
}
