// SQS → Private CA: the slow third step of each revocation, one at a time. A message that fails goes back to the
// queue alone; what can never succeed is left to the queue's dead-letter policy.
import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import * as z from "zod";
import { revocationReasons } from "#core/certificate/certificate.ts";
import { type RevokeAtCaDeps, revokeAtCa } from "#core/revocation/revoke-at-ca.ts";
import { revokeAtCaDeps } from "../deps/revocation.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { treatmentOf } from "../trigger.ts";

/** The bus delivers our own `Certificate Revoked` event to the queue as it is. */
const messageSchema = z.object({
  detail: z.object({
    certificate: z.string(),
    certificateArn: z.string(),
    serial: z.string(),
    reason: z.enum(revocationReasons),
  }),
});

export function revokeAtCaQueue(
  deps: RevokeAtCaDeps,
): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "revoke-at-ca" } });
  return middy<SQSEvent, SQSBatchResponse>().handler(async event => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const record of event.Records) {
      try {
        const { detail } = messageSchema.parse(JSON.parse(record.body));
        await revokeAtCa(deps, { ...detail, certificateId: detail.certificate });
        logger.info("revoked at the CA", { certificate: detail.certificate });
      } catch (error) {
        const treatment = treatmentOf(error);
        logger.error("not revoked at the CA", {
          messageId: record.messageId,
          treatment,
          error: error as Error,
        });
        // The queue counts the tries of a message and takes it to the dead letters itself.
        if (treatment !== "drop") batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    }
    return { batchItemFailures };
  });
}

export const handler = lazily(() => revokeAtCaQueue(revokeAtCaDeps()));
