// Begins a rotation, or only tells what one would cover. Nobody is told to renew by this: the job `advance-rotations`
// does that, wave by wave.
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { type Covered, countCovered, totalOf } from "./count-covered.ts";
import type { StartRegistry } from "./ports.ts";
import {
  newRotationId,
  noCounts,
  ownerOf,
  type Rotation,
  type RotationSelector,
  type RotationSettings,
  selectorText,
} from "./rotation.ts";
import { checkSelector, segmentsFor } from "./walk.ts";

export type StartRotationDeps = { readonly registry: StartRegistry; readonly now: () => Date };

export type StartRotationInput = {
  readonly caller: Caller;
  readonly selector: RotationSelector;
  readonly settings: RotationSettings;
  /** False: only count. */
  readonly apply: boolean;
  readonly requestId: string;
};

export type StartRotationOutcome = {
  readonly covered: Covered;
  /** Undefined when nothing was begun. */
  readonly rotation: Rotation | undefined;
};

/** Refusals: `caller.forbidden`, `resource.not_found`, `rotation.exists`, `registry.busy`. */
export async function startRotation(
  deps: StartRotationDeps,
  input: StartRotationInput,
): Promise<StartRotationOutcome> {
  const { caller, selector, settings, requestId } = input;
  requireScopes(caller, selector);
  await checkSelector(deps.registry, selector);
  const createdAt = deps.now();
  const covered = await countCovered(deps, await segmentsFor(deps.registry, { selector, createdAt }));
  if (!input.apply) return { covered, rotation: undefined };
  const rotation: Rotation = {
    ...settings,
    id: newRotationId(),
    selector,
    state: "running",
    total: totalOf(covered),
    counts: noCounts,
    isWalked: false,
    parts: 0,
    createdBy: actorOf(caller),
    createdAt,
    version: 1,
  };
  const inserted = await deps.registry.insertRotation(rotation, {
    subject: rotation.id,
    action: "rotation.started",
    actor: rotation.createdBy,
    ...ownerOf(selector),
    requestId,
    at: createdAt,
    facts: {
      certificates: selectorText(selector),
      count: String(rotation.total.certificates),
      waveSize: String(settings.waveSize),
      reason: settings.reason,
    },
  });
  if (inserted.kind === "exists") fail("rotation.exists", { rotationId: inserted.rotationId });
  return { covered, rotation };
}

/** An authority's certificates are those of many tenants. Refuses with `caller.forbidden`. */
export function requireScopes(caller: Caller, { kind }: RotationSelector): void {
  requireScope(caller, "certificates:write");
  if (kind === "authority") requireScope(caller, "authorities:write");
}
