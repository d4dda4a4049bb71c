// GET /v1/audit: what was decided, by whom, on which request, and because of what.
import type { AuditPage, AuditReader, ReadAuditRecord } from "#core/audit.ts";
import { type CauseDeps, readCauses } from "#core/audit-causes.ts";
import { requireScope } from "#core/caller.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import { readPosition, writePosition } from "#core/listing/position-cursor.ts";
import { type AuditPageBody, type AuditQuery, auditQuerySchema } from "../contract/get-audit.ts";
import { getAuditDeps } from "../deps/inventory.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { linkToNext } from "../http/next-page.ts";
import { parseQuery } from "../http/query.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export type GetAuditDeps = AuthenticateDeps & CauseDeps;

export function getAuditRoute(deps: GetAuditDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const query = parseQuery(auditQuerySchema, event);
    const { subject = "", tenant = "", day = "", cursor } = query;
    const asked = ["audit", subject, tenant, day];
    const after = cursor === undefined ? undefined : await readPosition(asked, cursor);
    const page = await readPage(deps.audit, query, after);
    const next = page.next === undefined ? undefined : await writePosition(asked, page.next);
    const causes = subject === "" ? [] : await readCauses(deps, subject, page.records);
    const body: AuditPageBody = {
      records: page.records.map(present),
      ...(causes.length === 0 ? {} : { because: causes.map(present) }),
      ...(next === undefined ? {} : { next }),
    };
    return { status: 200, headers: linkToNext("/v1/audit", query, next), body };
  };
}

function readPage(
  audit: AuditReader,
  { subject, tenant, day = "", limit }: AuditQuery,
  after: string | undefined,
): Promise<AuditPage> {
  return subject === undefined
    ? audit.ofDay(tenant, day, Number(limit), after)
    : audit.ofSubject(subject, Number(limit), after);
}

function present({ at, action, subject, tenant, actor, requestId, facts }: ReadAuditRecord) {
  return {
    at: isoSeconds(at),
    action,
    subject,
    ...(tenant === undefined ? {} : { tenant }),
    actor,
    requestId,
    facts,
  };
}

export const handler = lazily(() => httpHandler("GET /v1/audit", getAuditRoute(getAuditDeps())));
