// Scheduled: tells Private CA of revocations that the queue has lost or given up, so that none stays untold.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import type { Certificate } from "#core/certificate/certificate.ts";
import { type RevokeAtCaDeps, revokeAtCa } from "#core/revocation/revoke-at-ca.ts";
import { backfillDeps } from "../deps/revocation.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";

export type BackfillDeps = RevokeAtCaDeps & {
  readonly listOwed: (before: Date) => Promise<readonly Certificate[]>;
};
export type BackfillResult = { readonly told: number; readonly failed: number };

/** The queue's own delivery takes seconds; what is older than this is not coming. */
const leaveToQueueMs = 120_000;

export function backfillCa(
  deps: BackfillDeps,
): (event: unknown, context: Context) => Promise<BackfillResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "backfill-ca" } });
  return middy<unknown, BackfillResult>().handler(async () => {
    const result = { told: 0, failed: 0 };
    for (const certificate of await deps.listOwed(new Date(deps.now().getTime() - leaveToQueueMs))) {
      const { id: certificateId, certificateArn, serial, revocation } = certificate;
      try {
        await revokeAtCa(deps, {
          certificateId,
          certificateArn,
          serial,
          reason: revocation?.reason ?? "unspecified",
        });
        result.told += 1;
      } catch (error) {
        logger.error("not revoked at the CA", { certificate: certificateId, error: error as Error });
        result.failed += 1;
      }
    }
    logger.info("CA back-fill", result);
    return result;
  });
}

export const handler = lazily(() => backfillCa(backfillDeps()));
