// Settles a finding with the brake: refused, or a plan that waits for a person. What is refused is recorded first, in
// one transaction with the brake: whatever crashes or comes twice, no more is refused than was counted.
import {
  type BrakeState,
  capOf,
  type Draw,
  drawn,
  fits,
  liveThatMatter,
  scopeText,
  windowMs,
} from "./brake.ts";
import { carryOut } from "./carry-out.ts";
import type { Decision } from "./decide.ts";
import type { CarriedFinding } from "./handled-finding.ts";
import { leaveToPeople } from "./leave-to-people.ts";
import type { AutomationDeps } from "./ports.ts";
import { auditOf, type Decided, factsOf, headOf, recordFinding, type Settled } from "./record-finding.ts";
import type { Rule } from "./rule.ts";
import type { Targets } from "./select-targets.ts";
import { type Weight, weigh } from "./weigh.ts";

/** More would not fit into the finding's row, nor into one call's time: they are a plan's work. */
const mostOneByOne = 1_000;
/** Brakes in one transaction. */
const mostScopes = 50;

/**
 * One transaction for the finding and its brakes, then what it settles. `handled`: another worker was first.
 * Refuses with `registry.busy` when others were on the same brakes each time.
 */
export async function settle(deps: AutomationDeps, decided: Decided): Promise<Settled | "handled"> {
  const { decision, order, targets } = decided;
  const weights = weigh(targets, order.action);
  const tooMuch = beyondOneCall(decided, weights);
  if (tooMuch !== undefined) return leaveToPeople(deps, decided, [tooMuch]);
  const settled = await recordFinding<CarriedFinding>(deps, decided, async () => {
    const draws = await drawsOf(deps, decision, weights);
    const now = deps.now();
    const beyond = draws.filter(draw => !fits(draw, now));
    if (beyond.length > 0) return { kind: "beyond", because: beyond.map(explain) };
    const handled = {
      ...headOf(deps, decided),
      state: "carrying_out",
      order,
      targets: namesOf(targets),
    } as const;
    const audit = auditOf(handled, { ...weightFacts(weights), ...factsOf(decided) });
    return { kind: "write", handled, brakes: draws.map(draw => drawn(draw, now)), audit };
  });
  if (settled === "handled") return settled;
  if ("because" in settled) return leaveToPeople(deps, decided, settled.because);
  await carryOut(deps, settled);
  return settled;
}

function beyondOneCall({ order, targets }: Decided, weights: readonly Weight[]): string | undefined {
  if (targets.certificates.length > mostOneByOne) return `it is about more than ${mostOneByOne} certificates`;
  if (weights.length > mostScopes) return `it is about more than ${mostScopes} tenants`;
  // Only a plan's hold of a lot can be lifted again as a whole.
  if (order.action === "hold" && targets.lots.length > 0) return "a whole lot is held by a plan only";
  if (order.action === "hold" && targets.serials.length > 0)
    return "the authority's certificates have no slots";
  return undefined;
}

async function drawsOf(
  deps: AutomationDeps,
  { rule }: Decision,
  weights: readonly Weight[],
): Promise<readonly Draw[]> {
  const states = await deps.findings.readBrakes(
    rule.id,
    weights.map(({ scope }) => scope),
  );
  return Promise.all(states.map((state, index) => drawOf(deps, rule, state, weights[index]?.wanted ?? 0)));
}

/**
 * A tenant is counted only for what is more than any tenant may lose, and once an hour: the share is of what it had then.
 * The first few refusals, which are most of them, wait for no count.
 */
async function drawOf(
  deps: AutomationDeps,
  { brake }: Rule,
  state: BrakeState,
  wanted: number,
): Promise<Draw> {
  const { scope } = state;
  const now = deps.now();
  if (scope.kind !== "tenant") return { state, wanted, cap: capOf(brake, scope, undefined) };
  const least = { state, wanted, cap: capOf(brake, scope, 0) };
  if (brake.percent === undefined || fits(least, now)) return least;
  const isKnown = state.live !== undefined && now.getTime() - state.live.at.getTime() < windowMs;
  const live = isKnown
    ? state.live
    : { count: await deps.findings.countLive(scope.tenant, liveThatMatter(brake), now), at: now };
  return { state: { ...state, live }, wanted, cap: capOf(brake, scope, live.count) };
}

function explain({ state, wanted, cap }: Draw): string {
  return `${wanted} more of ${scopeText(state.scope)} is beyond ${cap} within an hour`;
}

function namesOf({ certificates, lots, serials, keys }: Targets): CarriedFinding["targets"] {
  return {
    certificates: certificates.map(({ id }) => id),
    lots: lots.map(({ tenant, name }) => ({ tenant, lot: name })),
    serials,
    keys,
  };
}

function weightFacts(weights: readonly Weight[]): Readonly<Record<string, string>> {
  return { refuses: weights.map(({ scope, wanted }) => `${scopeText(scope)}=${wanted}`).join(" ") };
}
