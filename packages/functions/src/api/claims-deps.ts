// What the claims' routes share.
import type { ClaimRegistry } from "#core/claim/ports.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";

export type ClaimsDeps = AuthenticateDeps & {
  readonly registry: ClaimRegistry;
  readonly profiles: ProfileSource;
};
