// SQS → Private CA: enrolments and renewals that wait for their turn. A batch goes on side by side; a message that fails
// goes back alone, and what can never succeed is left to the queue's dead-letter policy.
import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import * as z from "zod";
import type { AdvanceDeps } from "#core/enrolment/advance.ts";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import { issueQueued } from "#core/issuance/issue-queued.ts";
import { queuedDeps } from "../deps/enrolment.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { treatmentOf } from "../trigger.ts";

// Only the queue's own sender writes these, from ids that the registry has recorded.
const messageSchema = z.object({ enrolment: z.string().transform(id => id as EnrolmentId) });

export function issueQueuedHandler(
  deps: AdvanceDeps,
): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "issue-queued" } });

  async function issue({ messageId, body }: SQSRecord, requestId: string): Promise<readonly string[]> {
    try {
      const { enrolment } = messageSchema.parse(JSON.parse(body));
      const result = await issueQueued(deps, enrolment, requestId);
      logger.info("queued enrolment", { enrolment, result });
      return [];
    } catch (error) {
      const treatment = treatmentOf(error);
      logger.error("queued enrolment not issued", { messageId, treatment, error: error as Error });
      // The queue counts the tries of a message and takes it to the dead letters itself.
      return treatment === "drop" ? [] : [messageId];
    }
  }

  return middy<SQSEvent, SQSBatchResponse>().handler(async (event, { awsRequestId }) => {
    const failed = await Promise.all(event.Records.map(record => issue(record, awsRequestId)));
    return { batchItemFailures: failed.flat().map(itemIdentifier => ({ itemIdentifier })) };
  });
}

export const handler = lazily(() => issueQueuedHandler(queuedDeps()));
