// Scheduled daily, and by hand: retires the pages whose certificates have all expired.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { type AgeOutDeps, type AgeOutResult, ageOut } from "#core/publication/age-out.ts";
import { ageOutDeps } from "../deps/edge.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";

/** A slice of 200 pages with many denied rows takes most of a minute. */
const reserveMs = 60_000;

export function ageOutPages(
  deps: AgeOutDeps,
): (event: unknown, context: Context) => Promise<readonly AgeOutResult[]> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "age-out-pages" } });
  return middy<unknown, readonly AgeOutResult[]>().handler(async (_event, context) => {
    const results = await ageOut(deps, {
      requestId: context.awsRequestId,
      mayGoOn: () => context.getRemainingTimeInMillis() > reserveMs,
    });
    logger.info("pages aged out", { results });
    return results;
  });
}

export const handler = lazily(() => ageOutPages(ageOutDeps()));
