// The lot that a path names, and the tenant it belongs to. A lot's name means nothing without its tenant.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type Caller, tenantOf } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { lotParams, lotQuery } from "../contract/lot.ts";
import { parseQuery } from "./query.ts";

export type LotPath = { readonly tenant: string; readonly lot: string };

/** Refuses with `resource.not_found` for a name that no lot can have, `request.malformed` and `caller.forbidden`. */
export function readLotPath(event: APIGatewayProxyEventV2, caller: Caller): LotPath {
  const path = lotParams.safeParse(event.pathParameters ?? {});
  if (!path.success) fail("resource.not_found", { kind: "lot" });
  const tenant = tenantOf(caller, parseQuery(lotQuery, event).tenant);
  if (tenant === undefined) {
    const detail = "an operator names the tenant in the query: ?tenant=…";
    fail("request.malformed", { findings: [{ code: "tenant.missing", detail, pointer: "" }] });
  }
  return { tenant, lot: path.data.lot };
}
