// What the routes of rotations take.
import type { RotationStore, StartRegistry } from "#core/rotation/waves/ports.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";

export type RotationsDeps = AuthenticateDeps & {
  readonly registry: RotationStore & StartRegistry;
  /** What estimates reckon with. */
  readonly renewalsPerSecond: number;
  readonly now: () => Date;
};
