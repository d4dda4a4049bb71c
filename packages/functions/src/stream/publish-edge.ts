// DynamoDB stream → edge store. A batch's pages merge into one write; a failure returns the whole batch,
// because the store's content is computed from the registry and not from the records.
import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { publishAuthority } from "#core/publication/provision.ts";
import { type PublishDeps, publish } from "#core/publication/publish.ts";
import { publishDeps } from "../deps.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";

export function publishEdge(
  deps: PublishDeps,
): (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "publish-edge" } });
  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(async event => {
    const { pages, authorities } = changedTargets(event);
    try {
      // Revocations first: provisioning can wait, a compromised certificate cannot.
      const published = await publish(deps, { pages, authorities: [] });
      for (const id of authorities) await publishAuthority(deps, id);
      logger.info("edge published", { ...published, pages: pages.length, authorities: authorities.length });
      return { batchItemFailures: [] };
    } catch (error) {
      logger.error("edge not published", { pages: pages.length, error: error as Error });
      const first = event.Records[0]?.dynamodb?.SequenceNumber ?? "";
      return { batchItemFailures: [{ itemIdentifier: first }] };
    }
  });
}

function changedTargets(event: DynamoDBStreamEvent): {
  readonly pages: string[];
  readonly authorities: string[];
} {
  const pages = new Set<string>();
  const authorities = new Set<string>();
  for (const record of event.Records) {
    const { pk, sk } = record.dynamodb?.Keys ?? {};
    if (pk?.S?.startsWith("PAGE#")) pages.add(pk.S.slice("PAGE#".length));
    if (sk?.S?.startsWith("AUTHORITY#")) authorities.add(sk.S.slice("AUTHORITY#".length));
  }
  return { pages: [...pages], authorities: [...authorities] };
}

export const handler = lazily(() => publishEdge(publishDeps()));
