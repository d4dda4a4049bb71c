// The proof that no configuration gives: real handshakes with a certificate that must get in, one that must not, and none.
import type { Purpose } from "./check-distribution.ts";
import { type CheckResult, judged } from "./result.ts";

export type Canary = "admitted" | "refused" | "none";

/** What a connection came to. `unreachable`: nothing is known, the edge did not answer. */
export type HandshakeOutcome =
  | { readonly kind: "served"; readonly status: number }
  | { readonly kind: "refused" }
  | { readonly kind: "unreachable"; readonly why: string };

/** `outcome`: undefined where there is no certificate to try with. */
export function checkCanary(
  canary: Canary,
  { url, mode, purpose }: { readonly url: string; readonly mode: string; readonly purpose: Purpose },
  outcome: HandshakeOutcome | undefined,
): readonly CheckResult[] {
  const about = `${canary} at ${url}`;
  if (outcome === undefined) {
    const detail = "there is no canary certificate to try with";
    const remedy = `enrol one${canary === "refused" ? " and revoke it" : ""}, and name its files in the stack file: docs/doctor.md`;
    return [{ check: "canary", level: "skipped", about, detail, remedy }];
  }
  if (outcome.kind === "unreachable") {
    const remedy = "look at the domain's DNS record, the distribution's status and this machine's way out";
    return [{ check: "canary", level: "critical", about, detail: `no connection: ${outcome.why}`, remedy }];
  }
  const mustBeServed = canary === "admitted" || (canary === "none" && mode === "optional");
  // The viewer-request function's refusal; at the renewal distribution its answer to all but renewals.
  const isServed = outcome.kind === "served" && (outcome.status !== 403 || purpose === "renewal");
  const isRight = isServed === mustBeServed;
  return judged("canary", about, outcome.kind === "served" ? `answered ${outcome.status}` : "refused", [
    isRight ? undefined : mustBeServed ? wronglyRefused : wronglyServed,
  ]);
}

const wronglyRefused = {
  level: "critical",
  detail: "refused, and should have been let in",
  remedy:
    "look at its line in the connection log: connectionStatus and connectionLogCustomData say why; docs/edge.md",
} as const;

const wronglyServed = {
  level: "critical",
  detail: "let in, and should have been refused",
  remedy:
    "look at GET /v1/edge (lag, drift), and run POST /v1/edge/reconcile; until then nobody should be trusted for getting in",
} as const;
