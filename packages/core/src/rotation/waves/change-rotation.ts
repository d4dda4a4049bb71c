// An operator pauses a rotation, lets it go on, or ends it. What was announced stays announced: a window is never shut.
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { rotationEnded } from "#core/event/rotation-ended.ts";
import type { RotationStore } from "./ports.ts";
import { ownerOf, type Rotation, type RotationState } from "./rotation.ts";
import { requireScopes } from "./start-rotation.ts";

export const rotationChanges = ["pause", "resume", "abort"] as const;
export type RotationChangeKind = (typeof rotationChanges)[number];

export type ChangeRotationDeps = { readonly registry: RotationStore; readonly now: () => Date };

const targets = {
  pause: { state: "paused", action: "rotation.paused" },
  resume: { state: "running", action: "rotation.resumed" },
  abort: { state: "aborted", action: "rotation.aborted" },
} as const satisfies Record<RotationChangeKind, { readonly state: RotationState; readonly action: string }>;

/** From → what may be asked. What has ended stays so. */
const allowed = {
  running: ["pause", "abort"],
  paused: ["resume", "abort"],
  aborted: [],
  finished: [],
} as const satisfies Record<RotationState, readonly RotationChangeKind[]>;

/** The job writes a running rotation a few times a second: it does not win five times in a row. */
const mostAttempts = 5;

/**
 * Answers the rotation as it is then; asking for the state that it has changes nothing. Refusals: `caller.forbidden`,
 * `resource.not_found`, `rotation.ended`, `registry.busy`.
 */
export async function changeRotation(
  { registry, now }: ChangeRotationDeps,
  input: {
    readonly caller: Caller;
    readonly id: string;
    readonly change: RotationChangeKind;
    readonly requestId: string;
  },
): Promise<Rotation> {
  const { caller, change, requestId } = input;
  // Whether there is such a rotation is operators' business.
  requireScope(caller, "certificates:write");
  const { state, action } = targets[change];
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const rotation = await registry.readRotation(input.id);
    if (rotation === undefined) fail("resource.not_found", { kind: "rotation" });
    requireScopes(caller, rotation.selector);
    if (rotation.state === state) return rotation;
    if (!(allowed[rotation.state] as readonly RotationChangeKind[]).includes(change)) {
      fail("rotation.ended", { state: rotation.state });
    }
    const at = now();
    const actor = actorOf(caller);
    const isEnd = state === "aborted";
    const why = `by ${actor}`;
    const next: Rotation = { ...rotation, state, ...(isEnd ? { endedAt: at, abortedBecause: why } : {}) };
    const owner = ownerOf(rotation.selector);
    const audit = { subject: rotation.id, action, actor, ...owner, requestId, at, facts: {} };
    const saved = await registry.save(next, { audit, ...(isEnd ? { event: rotationEnded(next, at) } : {}) });
    if (saved !== undefined) return saved;
  }
  return fail("registry.busy", { retryAfterSeconds: 1 });
}
