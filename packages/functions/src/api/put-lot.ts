// PUT /v1/lots/{lot}: announce a lot's size.
import { actorOf, requireScope } from "#core/caller.ts";
import { type AnnounceLotDeps, announceLot } from "#core/lot/announce-lot.ts";
import { announceLotSchema } from "../contract/put-lot.ts";
import { putLotDeps } from "../deps/inventory.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { readLotPath } from "../http/lot-path.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentLot } from "./present-lot.ts";

export function putLotRoute(deps: AnnounceLotDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    requireScope(caller, "certificates:write");
    const path = readLotPath(event, caller);
    const { size } = parseBody(announceLotSchema, readJson(event));
    const lot = await announceLot(deps, { ...path, size, actor: actorOf(caller), requestId });
    return { status: 200, body: presentLot(lot, undefined) };
  };
}

export const handler = lazily(() => httpHandler("PUT /v1/lots/{lot}", putLotRoute(putLotDeps())));
