// A batch of deliveries: each fares on its own, and what stays in the queue is hidden until it is due.
import type { Context, SQSEvent } from "aws-lambda";
import { expect, it } from "vitest";
import { mostAttempts } from "#core/webhook/deliver.ts";
import type { DeadLetter } from "#core/webhook/ports.ts";
import { deliverWebhookHandler } from "#functions/queue/deliver-webhook.ts";
import { aWebhook } from "#support/a-webhook.ts";
import { noon } from "#support/fixed-time.ts";

it("what fails stays and is hidden, what is taken, unwanted or dead leaves, and what is garbage stays", async () => {
  const dead: DeadLetter[] = [];
  const hidden: Record<string, number> = {};
  const handler = deliverWebhookHandler({
    registry: {
      readWebhook: async id =>
        id === "removed" ? undefined : aWebhook({ id, url: `https://${id}.example.com/` }),
      recordSuccess: async () => undefined,
      recordFailure: async () => undefined,
      recordDeadLetter: async letter => void dead.push(letter),
    },
    post: async url => (url.includes("good") ? { kind: "accepted" } : { kind: "failed", reason: "503" }),
    postpone: async (receiptHandle, seconds) => {
      hidden[receiptHandle] = seconds;
    },
    webhookKey: "0123456789abcdef0123456789abcdef",
    now: () => noon,
  });
  const record = (webhook: string, attempt: number, body?: string) => ({
    messageId: `${webhook}-${attempt}`,
    receiptHandle: `handle-${webhook}-${attempt}`,
    attributes: { ApproximateReceiveCount: String(attempt) },
    body:
      body ??
      JSON.stringify({
        webhook,
        message: `msg_${webhook}`,
        type: "Rotation Ended",
        timestamp: noon.toISOString(),
        data: {},
      }),
  });
  const Records = [
    record("good", 1),
    record("bad", 1),
    record("bad", 2),
    record("bad", mostAttempts),
    record("removed", 1),
    record("garbage", 1, "no JSON"),
  ];
  // What the handler reads of a record and of its context.
  const result = await handler({ Records } as SQSEvent, {} as Context);
  expect(result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
    "bad-1",
    "bad-2",
    "garbage-1",
  ]);
  expect(hidden).toEqual({ "handle-bad-1": 5, "handle-bad-2": 30 });
  expect(dead.map(({ message, reason }) => `${message} ${reason}`)).toEqual(["msg_bad 503"]);
});
