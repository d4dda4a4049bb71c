// GET /v1/authorities/{id}/reconciliation: what the CA's own list and the registry do not agree on.
import { isManaged } from "#core/authority/authority.ts";
import { requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { readPosition, writePosition } from "#core/listing/position-cursor.ts";
import type { FindingsReader } from "#core/reconciliation/ports.ts";
import { type ReconciliationBody, reconciliationQuerySchema } from "../contract/get-reconciliation.ts";
import { getReconciliationDeps } from "../deps/authorities.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { linkToNext } from "../http/next-page.ts";
import { parseQuery } from "../http/query.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentFinding, presentProgress } from "./present-finding.ts";

export type GetReconciliationDeps = AuthenticateDeps & { readonly findings: FindingsReader };

export function getReconciliationRoute(deps: GetReconciliationDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const query = parseQuery(reconciliationQuerySchema, event);
    const id = event.pathParameters?.["id"] ?? "";
    const authority = (await deps.listAuthorities()).filter(isManaged).find(candidate => candidate.id === id);
    if (authority === undefined) fail("resource.not_found", { kind: "authority" });
    const asked = ["reconciliation", id];
    const after = query.cursor === undefined ? undefined : await readPosition(asked, query.cursor);
    const [progress, page] = await Promise.all([
      deps.findings.readProgress(id),
      deps.findings.listFindings(id, Number(query.limit), after),
    ]);
    const next = page.next === undefined ? undefined : await writePosition(asked, page.next);
    const body: ReconciliationBody = {
      authority: id,
      ...(progress === undefined ? {} : presentProgress(progress)),
      findings: page.findings.map(presentFinding),
      ...(next === undefined ? {} : { next }),
    };
    const headers = linkToNext(`/v1/authorities/${id}/reconciliation`, query, next);
    return { status: 200, headers, body };
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/authorities/{id}/reconciliation", getReconciliationRoute(getReconciliationDeps())),
);
