// DynamoDB stream → edge store. A batch's pages merge into one write; a failure returns the whole batch,
// because the store's content is computed from the registry and not from the records.
import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { parseOrderImage } from "#aws/registry/order-row.ts";
import { parseRevokedSerialKey } from "#aws/registry/revoked-serials.ts";
import { isAppError } from "#core/error.ts";
import { pagesOfOrder } from "#core/order/order.ts";
import { publishAuthority } from "#core/publication/provision.ts";
import { type PublishDeps, type PublishTargets, publish } from "#core/publication/publish.ts";
import { bothPublished, nothingWritten, type PublishResult } from "#core/publication/write-changes.ts";
import { publishDeps } from "../deps/edge.ts";
import { lazily } from "../lazily.ts";
import { type Logger, rootLogger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";
import { type ReportDeps, reportPublication } from "./report-publication.ts";

export function publishEdge(
  deps: PublishDeps & ReportDeps,
): (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "publish-edge" } });
  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(async event => {
    const { pages, serials, authorities } = changedTargets(event);
    try {
      // Revocations first: provisioning can wait, a compromised certificate cannot.
      let published = await whateverFits(logger, () => publish(deps, { pages, serials, authorities: [] }));
      for (const id of authorities)
        published = bothPublished(published, await whateverFits(logger, () => publishAuthority(deps, id)));
      await reportPublication(deps, event.Records, published, logger);
      logger.info("edge published", { ...published, pages: pages.length, authorities: authorities.length });
      return { batchItemFailures: [] };
    } catch (error) {
      logger.error("edge not published", { pages: pages.length, error: error as Error });
      const first = event.Records[0]?.dynamodb?.SequenceNumber ?? "";
      return { batchItemFailures: [{ itemIdentifier: first }] };
    }
  });
}

/**
 * A full store has taken the last resort: it refuses more than it should, and nobody less (threat F4). To deliver the
 * batch again would make no room, and hold up every revocation behind it; the reconciler restores what is exact.
 */
async function whateverFits(logger: Logger, write: () => Promise<PublishResult>): Promise<PublishResult> {
  try {
    return await write();
  } catch (error) {
    if (!isAppError(error, "edge_store.full")) throw error;
    logger.error("the edge store is full", { error });
    recordMetrics({ StoreFull: 1 });
    return nothingWritten;
  }
}

function changedTargets(event: DynamoDBStreamEvent): {
  readonly pages: string[];
  readonly serials: NonNullable<PublishTargets["serials"]>;
  readonly authorities: string[];
} {
  const pages = new Set<string>();
  const serials: NonNullable<ReturnType<typeof parseRevokedSerialKey>>[] = [];
  const authorities = new Set<string>();
  for (const record of event.Records) {
    const { pk, sk } = record.dynamodb?.Keys ?? {};
    if (pk?.S?.startsWith("PAGE#")) pages.add(pk.S.slice("PAGE#".length));
    const order = parseOrderImage(record.dynamodb?.NewImage);
    if (order !== undefined) for (const page of pagesOfOrder(order)) pages.add(page);
    const revoked = parseRevokedSerialKey({ pk: pk?.S ?? "", sk: sk?.S ?? "" });
    if (revoked !== undefined) serials.push(revoked);
    if (sk?.S?.startsWith("AUTHORITY#")) authorities.add(sk.S.slice("AUTHORITY#".length));
  }
  return { pages: [...pages], serials, authorities: [...authorities] };
}

export const handler = lazily(() => publishEdge(publishDeps()));
