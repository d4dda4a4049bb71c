// POST /v1/lots/{lot}/enrolments: enrol many holders of a lot, one line each.
import { enrolLot, type LotLine } from "#core/enrolment/enrol-lot.ts";
import type { EnrolLotDeps } from "#core/enrolment/lot-line-enroller.ts";
import { AppError } from "#core/error.ts";
import { lotLineSchema, mostLines } from "../contract/post-lot-enrolments.ts";
import { lotDeps } from "../deps/enrolment.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { type LotPath, readLotPath } from "../http/lot-path.ts";
import { type NdjsonLine, ndjsonType, parseLine, readNdjson } from "../http/ndjson-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { holderOf, presentLine } from "./present-lot-line.ts";

export function postLotEnrolmentsRoute(deps: EnrolLotDeps & AuthenticateDeps): Route {
  return async (event, { requestId, logger }) => {
    const startedAt = deps.now();
    const caller = await authenticate(deps, event);
    const path = readLotPath(event, caller);
    const body = readNdjson(event, mostLines);
    const lines = body.map(line => toLotLine(line, path));
    const results = await enrolLot(deps, { caller, lines, startedAt, requestId });
    const shown = results.map((result, index) =>
      presentLine(result, { line: lines[index]?.line ?? 0, holder: holderOf(body[index]) }),
    );
    for (const [index, result] of results.entries()) {
      if (result.kind === "refused" && shown[index]?.status === 500)
        logger.error("line failed", { requestId, line: lines[index]?.line, error: result.error as Error });
    }
    const waits = shown.flatMap(line => ("retryAfterSeconds" in line ? [line.retryAfterSeconds ?? 0] : []));
    return {
      status: 200,
      headers: waits.length === 0 ? {} : { "retry-after": String(Math.max(...waits)) },
      mediaType: ndjsonType,
      text: shown.map(line => `${JSON.stringify(line)}\n`).join(""),
    };
  };
}

function toLotLine(line: NdjsonLine, path: LotPath): LotLine {
  const parsed = parseLine(line, lotLineSchema);
  if (parsed.success) return { line: line.line, kind: "request", request: { ...parsed.data, ...path } };
  const error = new AppError("request.malformed", { findings: parsed.findings });
  return { line: line.line, kind: "malformed", error };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/lots/{lot}/enrolments", postLotEnrolmentsRoute(lotDeps())),
);
