// DynamoDB stream → bus: each outbox row's event, sent at least once.
import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { parseOutboxImage } from "#aws/registry/outbox.ts";
import { type OutboxEvent, type RelayDeps, relayOutbox } from "#core/event/relay.ts";
import { relayDeps } from "../deps/revocation.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";

export function relayOutboxRows(
  deps: RelayDeps,
): (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "relay-outbox" } });
  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(async event => {
    const sequenceNumbers = new Map<OutboxEvent, string>();
    for (const { dynamodb } of event.Records) {
      const row = parseOutboxImage(dynamodb?.NewImage);
      if (row !== undefined && dynamodb?.SequenceNumber !== undefined)
        sequenceNumbers.set(row, dynamodb.SequenceNumber);
    }
    const refused = await relayOutbox(deps, [...sequenceNumbers.keys()]);
    if (refused.length > 0) logger.warn("the bus refused events", { refused: refused.length });
    return { batchItemFailures: refused.map(row => ({ itemIdentifier: sequenceNumbers.get(row) ?? "" })) };
  });
}

export const handler = lazily(() => relayOutboxRows(relayDeps()));
