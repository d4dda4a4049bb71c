// Started by each change of an authority, each minute, and by hand: CloudFront's trust store as the authorities want it.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { type JobRequests, startJob } from "#core/job/request-job.ts";
import { dueForRehearsal } from "#core/roll-over/rehearse-due.ts";
import {
  type MaintainDeps,
  type MaintainResult,
  maintainTrustStore,
} from "#core/trust-store/maintain-trust-store.ts";
import { maintainTrustStoreDeps } from "../deps/trust-store.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";

export type MaintainTrustStoreDeps = MaintainDeps & { readonly jobs: JobRequests };

const reserveMs = 20_000;

export function maintainTrustStoreJob(
  deps: MaintainTrustStoreDeps,
): (event: unknown, context: Context) => Promise<MaintainResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "maintain-trust-store" } });
  return middy<unknown, MaintainResult>().handler(async (_event, context) => {
    const requestId = context.awsRequestId;
    const mayGoOn = (): boolean => context.getRemainingTimeInMillis() > reserveMs;
    const result = await maintainTrustStore(deps, { requestId, mayGoOn });
    const alarm = alarmOf(result);
    recordMetrics({ TrustStoreAlarm: alarm === undefined ? 0 : 1 });
    if (alarm === undefined) logger.info("the trust store is in order", { ...result });
    else logger.error(alarm, { ...result });
    // Whose CA has just come into force can be rehearsed at once.
    if (result.outcome === "live" && (await isRehearsalDue(deps))) {
      await startJob(deps, "rehearse-authorities", { actor: "job:maintain-trust-store", requestId });
    }
    return result;
  });
}

async function isRehearsalDue({ registry, now }: MaintainTrustStoreDeps): Promise<boolean> {
  const [authorities, state] = await Promise.all([registry.listAuthorities(), registry.read()]);
  return dueForRehearsal(authorities, state, now(), false).length > 0;
}

function alarmOf(result: MaintainResult): string | undefined {
  if (result.outcome === "failed") return "CloudFront has refused the trust bundle";
  if (result.foreignChanges > 0) return "somebody else has changed the trust store";
  if (result.withoutOcsp.length > 0) return "OCSP stays off: certificates without an OCSP URL are in force";
  return result.outcome === "live" && result.distributions.length === 0
    ? "no distribution uses the trust store"
    : undefined;
}

export const handler = lazily(() => maintainTrustStoreJob(maintainTrustStoreDeps()));
