// POST /v1/lots/{lot}/manifest: who is expected in a lot.
import { actorOf, requireScope } from "#core/caller.ts";
import { type Finding, fail } from "#core/error.ts";
import { type ExpectHoldersDeps, expectHolders } from "#core/lot/expect-holders.ts";
import { expectedHolderSchema, type ManifestBody, mostHolders } from "../contract/post-lot-manifest.ts";
import { putLotDeps } from "../deps/inventory.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { readLotPath } from "../http/lot-path.ts";
import { parseLine, readNdjson } from "../http/ndjson-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export function postLotManifestRoute(deps: ExpectHoldersDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    requireScope(caller, "certificates:write");
    const { tenant, lot } = readLotPath(event, caller);
    const lines = readNdjson(event, mostHolders).map(line => ({
      ...line,
      parsed: parseLine(line, expectedHolderSchema),
    }));
    const findings: readonly Finding[] = lines.flatMap(({ line, parsed }) =>
      parsed.success
        ? []
        : parsed.findings.map(found => ({ ...found, detail: `line ${line}: ${found.detail}` })),
    );
    if (findings.length > 0) fail("request.malformed", { findings: findings.slice(0, 32) });
    const holders = lines.flatMap(({ parsed }) => (parsed.success ? [parsed.data.holder] : []));
    const result = await expectHolders(deps, { tenant, lot, holders, actor: actorOf(caller), requestId });
    return { status: 200, body: { lot, ...result } satisfies ManifestBody };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/lots/{lot}/manifest", postLotManifestRoute(putLotDeps())),
);
