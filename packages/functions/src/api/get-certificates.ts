// GET /v1/certificates: a page of certificates, and where the next one begins.
import { type ListDeps, type Listing, listCertificates } from "#core/listing/list-certificates.ts";
import { type CertificatePageBody, type ListQuery, listQuerySchema } from "../contract/get-certificates.ts";
import { listDeps } from "../deps/inventory.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { parseQuery } from "../http/query.ts";
import { type HttpResult, httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentListed } from "./present-certificate.ts";

export function getCertificatesRoute(deps: ListDeps & AuthenticateDeps): Route {
  return async event => {
    const caller = await authenticate(deps, event);
    const query = parseQuery(listQuerySchema, event);
    const { tenant, holder, lot, authority: authorityId, state, limit, cursor } = query;
    const expires = query["expires-before"];
    const expiresBefore = expires === undefined ? undefined : new Date(expires);
    const filter = { tenant, holder, lot, authorityId, state, expiresBefore };
    return present(await listCertificates(deps, { caller, filter, limit: Number(limit), cursor }), query);
  };
}

function present({ certificates, next }: Listing, query: ListQuery): HttpResult {
  const body: CertificatePageBody = {
    certificates: certificates.map(presentListed),
    ...(next === undefined ? {} : { next }),
  };
  if (next === undefined) return { status: 200, body };
  return { status: 200, headers: { link: `<${nextPage(query, next)}>; rel="next"` }, body };
}

/** RFC 8288, section 3.1: a reference relative to the request. */
function nextPage(query: ListQuery, next: string): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, cursor: next }))
    if (value !== undefined) parameters.set(name, value);
  return `/v1/certificates?${parameters}`;
}

export const handler = lazily(() => httpHandler("GET /v1/certificates", getCertificatesRoute(listDeps())));
