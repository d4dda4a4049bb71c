// Finding → rule → targets; `settle.ts` does the rest. The same finding again changes nothing and answers the same.
import { fail } from "#core/error.ts";
import { sha256Fields } from "#core/sha256.ts";
import { carryOut } from "./carry-out.ts";
import { type Decision, decide } from "./decide.ts";
import type { SecurityFinding } from "./finding.ts";
import type { HandledFinding } from "./handled-finding.ts";
import type { AutomationDeps } from "./ports.ts";
import { auditOf, headOf } from "./record-finding.ts";
import { rulesInForce } from "./rule.ts";
import { addSuccessors, isEmpty, selectNamed, type Targets, widen } from "./select-targets.ts";
import { settle } from "./settle.ts";

export type ActInput = {
  readonly finding: SecurityFinding;
  /** Findings from other accounts need a rule that names them. */
  readonly ownAccount: string;
  readonly requestId: string;
};

export type ActResult =
  | { readonly kind: "ignored"; readonly why: "closed" | "rule" }
  | { readonly kind: "handled"; readonly finding: Exclude<HandledFinding, { state: "closed" }> };

/**
 * Safe to repeat. Refuses with `event.refused` when no rule is for the finding, and with `resource.not_found` when it
 * names nothing of ours.
 */
export async function actOnFinding(deps: AutomationDeps, input: ActInput): Promise<ActResult> {
  const { finding, ownAccount, requestId } = input;
  const digest = await sha256Fields(finding.source, finding.sender, finding.id);
  const id = `fnd_${digest.slice(0, 32)}`;
  const [known, rules] = await Promise.all([deps.findings.readHandled(id), deps.rules.listRules()]);
  if (known !== undefined && !isNews(finding, known)) return goOn(deps, known);
  const decision = decide(rulesInForce(rules), finding, ownAccount);
  if (decision === undefined) {
    return fail("event.refused", { reason: `no rule is for findings of ${finding.sender}` });
  }
  if (finding.isClosed) return close(deps, input, id);
  const { action } = decision.rule;
  if (action === "ignore") return { kind: "ignored", why: "rule" };
  const targets = await targetsOf(deps, finding, decision);
  if (isEmpty(targets)) return fail("resource.not_found", { kind: "certificate" });
  const { note } = finding;
  const order = {
    ruleId: decision.rule.id,
    action,
    reason: decision.reason,
    ...(note === undefined ? {} : { note }),
  };
  const settled = await settle(deps, { finding, id, requestId, decision, order, targets });
  return settled === "handled" ? rejoin(deps, id) : { kind: "handled", finding: settled };
}

/** A finding that was closed and has been opened again since. */
function isNews(finding: SecurityFinding, known: HandledFinding): boolean {
  return known.state === "closed" && !finding.isClosed && finding.at > known.at;
}

/** A second delivery, or the first one's second try. */
async function goOn(deps: AutomationDeps, known: HandledFinding): Promise<ActResult> {
  if (known.state === "closed") return { kind: "ignored", why: "closed" };
  if (known.state === "carrying_out") await carryOut(deps, known);
  return { kind: "handled", finding: known };
}

/** Another worker has it: it is the same finding, delivered twice at once. */
async function rejoin(deps: AutomationDeps, id: string): Promise<ActResult> {
  const known = await deps.findings.readHandled(id);
  return known === undefined ? fail("registry.busy", { retryAfterSeconds: 1 }) : goOn(deps, known);
}

/** Recorded, so that an older state of the finding, which comes late, does not open it again. */
async function close(deps: AutomationDeps, input: ActInput, id: string): Promise<ActResult> {
  const handled: HandledFinding = { ...headOf(deps, { ...input, id }), state: "closed" };
  await deps.findings.recordHandled(handled, [], auditOf(handled, {}));
  return { kind: "ignored", why: "closed" };
}

async function targetsOf(
  { registry }: AutomationDeps,
  finding: SecurityFinding,
  { rule, lineage, reason }: Decision,
): Promise<Targets> {
  const wide = await widen(registry, await selectNamed(registry, finding.selector), rule.selects);
  // A key is blocked because it is known to others, and for no other reason.
  const keys = rule.action === "revoke" && reason === "keyCompromise" ? wide.keys : [];
  const targets = { ...wide, keys };
  return lineage ? addSuccessors(registry, targets) : targets;
}
