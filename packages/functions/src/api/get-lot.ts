// GET /v1/lots/{lot}: what is known of a lot, and how far it is.
import { isKnown, type Lot } from "#core/authority/lot.ts";
import { maySee } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { getLotDeps } from "../deps/inventory.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { readLotPath } from "../http/lot-path.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentLot } from "./present-lot.ts";

export type GetLotDeps = AuthenticateDeps & {
  readonly readLot: (tenant: string, lot: string) => Promise<Lot>;
  /** Undefined when counting would cost more than a look is worth. */
  readonly countIssued: (lot: Lot) => Promise<number | undefined>;
};

export function getLotRoute(deps: GetLotDeps): Route {
  return async event => {
    const caller = await authenticate(deps, event);
    const path = readLotPath(event, caller);
    const lot = await deps.readLot(path.tenant, path.lot);
    if (!maySee(caller, path.tenant) || !isKnown(lot)) fail("resource.not_found", { kind: "lot" });
    return { status: 200, body: presentLot(lot, await deps.countIssued(lot)) };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/lots/{lot}", getLotRoute(getLotDeps())));
