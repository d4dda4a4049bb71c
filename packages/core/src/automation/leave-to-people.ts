// What the brake holds: nothing is refused, and a plan waits for a person. The plans come first, so that what is
// recorded as waiting does wait somewhere.
import { assert } from "#core/error.ts";
import { drawn, fits } from "./brake.ts";
import type { HandledFinding } from "./handled-finding.ts";
import type { AutomationDeps } from "./ports.ts";
import { auditOf, type Decided, factsOf, headOf, recordFinding, type Settled } from "./record-finding.ts";

/**
 * A flood of findings must not become a flood of plans and alerts: past so many within an hour, a rule's findings are
 * recorded and no more. Whoever looks at the first of them sees why.
 */
export const mostPlansAnHour = 100;

type Waiting = Extract<HandledFinding, { readonly state: "awaiting_approval" }>;

export async function leaveToPeople(
  deps: AutomationDeps,
  decided: Decided,
  because: readonly string[],
): Promise<Settled | "handled"> {
  const { targets, decision, order } = decided;
  const settled = await recordFinding<Waiting>(deps, decided, async () => {
    const [state] = await deps.findings.readBrakes(decision.rule.id, [{ kind: "plans" }]);
    const now = deps.now();
    assert(state !== undefined, "a brake is answered for each scope");
    const draw = { state, wanted: targets.selectors.length, cap: mostPlansAnHour };
    const isRoom = fits(draw, now);
    const plans = isRoom ? await propose(deps, decided, because) : [];
    const handled = { ...headOf(deps, decided), state: "awaiting_approval", order, plans } as const;
    const facts = { ...factsOf(decided), plans: plans.join(" "), because: because.join("; ") };
    const brakes = isRoom ? [drawn(draw, now)] : [];
    return { kind: "write", handled, brakes, audit: auditOf(handled, facts) };
  });
  assert(settled === "handled" || !("because" in settled), "what waits for people is beyond no brake");
  return settled;
}

async function propose(
  deps: AutomationDeps,
  { finding, id, order, targets, decision, requestId }: Decided,
  because: readonly string[],
): Promise<readonly string[]> {
  const { action, reason, note } = order;
  const plans: string[] = [];
  for (const [index, selector] of targets.selectors.entries()) {
    const plan = await deps.plans.propose({
      key: `${id}#${index}`,
      order: {
        action,
        selector,
        lineage: decision.lineage,
        reason,
        ...(note === undefined ? {} : { note }),
        sourceEvent: `${finding.sender}:${finding.id}`,
      },
      author: `rule:${decision.rule.id}`,
      requestId,
      because,
    });
    plans.push(plan);
  }
  return plans;
}
