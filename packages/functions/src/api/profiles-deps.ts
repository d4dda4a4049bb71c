// What the profiles' routes share.
import type { ProfileRegistry } from "#core/profile/ports.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";

export type ProfilesDeps = AuthenticateDeps & { readonly registry: ProfileRegistry };
