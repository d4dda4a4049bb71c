// The transaction that settles a finding with its brakes, tried again while others move the same brakes.
import type { AuditRecord } from "#core/audit.ts";
import { fail, isAppError } from "#core/error.ts";
import type { BrakeState } from "./brake.ts";
import type { Decision } from "./decide.ts";
import type { SecurityFinding } from "./finding.ts";
import type { HandledFinding, HandledOrder } from "./handled-finding.ts";
import type { AutomationDeps } from "./ports.ts";
import type { Targets } from "./select-targets.ts";

export type Decided = {
  readonly finding: SecurityFinding;
  readonly id: string;
  readonly requestId: string;
  readonly decision: Decision;
  readonly order: HandledOrder;
  readonly targets: Targets;
};

export type Settled = Exclude<HandledFinding, { readonly state: "closed" }>;

type Beyond = { readonly kind: "beyond"; readonly because: readonly string[] };

type Attempt<T> =
  | Beyond
  | {
      readonly kind: "write";
      readonly handled: T;
      readonly brakes: readonly BrakeState[];
      readonly audit: AuditRecord;
    };

/** Other findings of the same rule and tenant, at the same time. */
const mostAttempts = 10;

/**
 * `attempt` reads and decides anew each time. `handled`: another worker was first.
 * Refuses with `registry.busy` when others were on the same brakes each time.
 */
export async function recordFinding<T extends HandledFinding>(
  deps: Pick<AutomationDeps, "findings" | "wait">,
  { finding }: Pick<Decided, "finding">,
  attempt: () => Promise<Attempt<T>>,
): Promise<T | Beyond | "handled"> {
  for (let tried = 1; tried <= mostAttempts; tried += 1) {
    const wanted = await attempt();
    if (wanted.kind === "beyond") return wanted;
    const { handled, brakes, audit } = wanted;
    // Two transactions on one brake at once: losing such a race is no different from coming second.
    const outcome = await deps.findings.recordHandled(handled, brakes, audit).catch((error: unknown) => {
      if (isAppError(error, "registry.busy")) return "moved" as const;
      throw error;
    });
    if (outcome === "recorded") return handled;
    if (outcome === "handled") return outcome;
    await deps.wait(Math.random() * 10 * tried);
  }
  return fail(
    "registry.busy",
    { retryAfterSeconds: 1 },
    new Error(`the brakes of ${finding.id} keep moving`),
  );
}

export function headOf(
  deps: Pick<AutomationDeps, "now">,
  { finding, id, requestId }: Pick<Decided, "finding" | "id" | "requestId">,
): Omit<Extract<HandledFinding, { readonly state: "closed" }>, "state"> {
  const { source, sender, at, actor } = finding;
  return { id, source, sender, findingId: finding.id, at, actor, requestId, handledAt: deps.now() };
}

export function factsOf({ finding, order }: Decided): Readonly<Record<string, string>> {
  const { ruleId, action, reason, note } = order;
  return { rule: ruleId, action, reason, type: finding.type, ...(note === undefined ? {} : { note }) };
}

export function auditOf(handled: HandledFinding, facts: Readonly<Record<string, string>>): AuditRecord {
  const { id, state, source, sender, findingId, actor, requestId, handledAt } = handled;
  return {
    subject: id,
    action: "finding.handled",
    actor,
    requestId,
    at: handledAt,
    facts: { source, sender, finding: findingId, outcome: state, ...facts },
  };
}
