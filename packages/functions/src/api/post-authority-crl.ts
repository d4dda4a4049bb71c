// POST /v1/authorities/{id}/crl: the newest revocation list of an authority without slots.
import { type ImportedCrl, importCrl } from "#core/crl/import-crl.ts";
import type { ImportCrlDeps } from "#core/crl/ports.ts";
import { crlDeps } from "../deps/authorities.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { readCrlBody } from "../http/crl-body.ts";
import { type HttpResult, httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentCrl } from "./present-authority.ts";

export function postAuthorityCrlRoute(deps: ImportCrlDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const authorityId = event.pathParameters?.["id"] ?? "";
    return present(await importCrl(deps, { caller, authorityId, der: readCrlBody(event), requestId }));
  };
}

/** 202: the same list must be sent again, and goes on where it was left. */
function present({ crl, remaining }: ImportedCrl): HttpResult {
  const body = { authority: crl.authorityId, ...presentCrl(crl) };
  if (remaining === 0) return { status: 200, body };
  return { status: 202, headers: { "retry-after": "1" }, body: { ...body, remaining } };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/authorities/{id}/crl", postAuthorityCrlRoute(crlDeps())),
);
