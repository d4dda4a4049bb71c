// By hand: the proof that the edge store refuses exactly the certificates that the registry says must be refused.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as z from "zod";
import { type Proof, type ProveDeps, proveEdge } from "#core/publication/prove.ts";
import { proveDeps } from "../deps/edge.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";

/** `after`: the page where the run before this one stopped. */
const inputSchema = z.object({ after: z.string().optional() });

const reserveMs = 60_000;

export function proveEdgeJob(deps: ProveDeps): (event: unknown, context: Context) => Promise<Proof> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "prove-edge" } });
  return middy<unknown, Proof>().handler(async (event, context) => {
    const { after } = inputSchema.parse(event ?? {});
    const until = new Date(deps.now().getTime() + context.getRemainingTimeInMillis() - reserveMs);
    const proof = await proveEdge(deps, { until, ...(after === undefined ? {} : { after }) });
    if (proof.wrong > 0) logger.error("the edge store answers wrongly", { ...proof });
    else logger.info("the edge store answers rightly", { ...proof });
    return proof;
  });
}

export const handler = lazily(() => proveEdgeJob(proveDeps()));
