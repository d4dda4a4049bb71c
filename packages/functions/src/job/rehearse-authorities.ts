// Started when a prepared authority's CA has come into force, every few minutes, and by `prepare`: a certificate of each
// goes through the edge before it may be activated.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as z from "zod";
import { isAppError } from "#core/error.ts";
import { type RehearsalOutcome, type RehearseDeps, rehearse } from "#core/roll-over/rehearse.ts";
import { dueForRehearsal } from "#core/roll-over/rehearse-due.ts";
import { rehearseDeps } from "../deps/rehearsal.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";

const inputSchema = z.object({ actor: z.string().optional() });

/** A revocation and the record of the outcome. */
const reserveMs = 20_000;

export type RehearsalResults = Readonly<Record<string, RehearsalOutcome | "busy">>;

export function rehearseAuthoritiesJob(
  deps: RehearseDeps,
): (event: unknown, context: Context) => Promise<RehearsalResults> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "rehearse-authorities" } });
  return middy<unknown, RehearsalResults>().handler(async (event, context) => {
    const isAsked = inputSchema.parse(event ?? {}).actor?.startsWith("operator:") === true;
    const mayGoOn = (): boolean => context.getRemainingTimeInMillis() > reserveMs;
    const [authorities, trustStore] = await Promise.all([
      deps.rollOver.listAuthorities(),
      deps.rollOver.readTrustStore(),
    ]);
    const results: Record<string, RehearsalOutcome | "busy"> = {};
    for (const authority of dueForRehearsal(authorities, trustStore, deps.now(), isAsked)) {
      if (!mayGoOn()) break;
      const outcome = await rehearseOne(deps, authority, { requestId: context.awsRequestId, mayGoOn });
      results[authority.id] = outcome;
      const facts = { authority: authority.id, outcome };
      if (outcome === "refused") logger.error("a certificate of a prepared authority was refused", facts);
      else logger.info("authority rehearsed", facts);
    }
    const refused = Object.values(results).filter(outcome => outcome === "refused").length;
    if (Object.keys(results).length > 0) recordMetrics({ RehearsalsRefused: refused });
    return results;
  });
}

async function rehearseOne(...args: Parameters<typeof rehearse>): Promise<RehearsalOutcome | "busy"> {
  try {
    return await rehearse(...args);
  } catch (error) {
    // Another run, or a block that was cut meanwhile: the next run begins anew.
    if (isAppError(error, "registry.busy")) return "busy";
    throw error;
  }
}

export const handler = lazily(() => rehearseAuthoritiesJob(rehearseDeps()));
