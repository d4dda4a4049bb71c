// GET /v1/trust-bundle: the CA certificates that CloudFront's trust store should hold, and what it holds now.
import { requireScope } from "#core/caller.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import { desiredBundle } from "#core/trust-store/desired-bundle.ts";
import { noTrustStoreState, type TrustStoreState } from "#core/trust-store/state.ts";
import type { TrustBundleBody } from "../contract/get-trust-bundle.ts";
import { trustBundleDeps } from "../deps/roll-over.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export type GetTrustBundleDeps = AuthenticateDeps & {
  readonly readTrustStore: () => Promise<TrustStoreState | undefined>;
};

export function getTrustBundleRoute(deps: GetTrustBundleDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const [authorities, state] = await Promise.all([deps.listAuthorities(), deps.readTrustStore()]);
    const desired = await desiredBundle(authorities);
    const { live, fault, distributions } = state ?? noTrustStoreState;
    const body: TrustBundleBody = {
      authorities: [...(desired?.authorityIds ?? [])],
      trustBundle: desired?.pem ?? "",
      ...(desired === undefined ? {} : { sha256: desired.sha256 }),
      status: fault !== undefined ? "failed" : live?.sha256 === desired?.sha256 ? "live" : "pending",
      ...(fault === undefined ? {} : { fault: { reason: fault.reason, at: isoSeconds(fault.at) } }),
      ...(live === undefined
        ? {}
        : {
            live: {
              authorities: [...live.authorityIds],
              sha256: live.sha256,
              since: isoSeconds(live.since),
              ocsp: live.ocsp,
            },
          }),
      distributions: [...distributions],
    };
    return { status: 200, body };
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/trust-bundle", getTrustBundleRoute(trustBundleDeps())),
);
