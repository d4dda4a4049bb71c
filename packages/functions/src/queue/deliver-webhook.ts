// SQS → a receiver's URL: one signed POST for each message, side by side. One that fails stays in the queue, hidden until
// its next try is due.
import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { type DeliverDeps, deliver } from "#core/webhook/deliver.ts";
import { deliverySchema } from "#core/webhook/delivery.ts";
import { deliverWebhookDeps } from "../deps/webhooks.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";

export type DeliverWebhookDeps = DeliverDeps & {
  readonly postpone: (receiptHandle: string, seconds: number) => Promise<void>;
};

export function deliverWebhookHandler(
  deps: DeliverWebhookDeps,
): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "deliver-webhook" } });

  async function handle({
    messageId,
    body,
    attributes,
    receiptHandle,
  }: SQSRecord): Promise<readonly string[]> {
    try {
      const delivery = deliverySchema.parse(JSON.parse(body));
      const { webhook, message: id, type } = delivery;
      const attempt = Number(attributes.ApproximateReceiveCount);
      const result = await deliver(deps, delivery, attempt);
      logger[result.kind === "dead" ? "error" : "info"]("webhook", { webhook, id, type, attempt, result });
      if (result.kind === "dead") recordMetrics({ WebhookDeadLetters: 1 });
      if (result.kind !== "postponed") return [];
      await deps.postpone(receiptHandle, result.delaySeconds);
    } catch (error) {
      // It comes back when the queue shows it again, and goes to the dead letters in the end.
      logger.error("webhook not delivered", { messageId, error: error as Error });
    }
    return [messageId];
  }

  return middy<SQSEvent, SQSBatchResponse>().handler(async event => {
    const kept = await Promise.all(event.Records.map(handle));
    return { batchItemFailures: kept.flat().map(itemIdentifier => ({ itemIdentifier })) };
  });
}

export const handler = lazily(() => deliverWebhookHandler(deliverWebhookDeps()));
