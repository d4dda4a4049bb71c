// Scheduled, and by hand: brings the certificates under revoking orders after them, as far as one run's time goes.
// What is left stays due, and the next run goes on from its checkpoint.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { type FollowDeps, type FollowTask, followOrder } from "#core/order/follow-order.ts";
import { followDeps } from "../deps/edge.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";

export type FollowOrdersDeps = FollowDeps & { readonly listDue: () => Promise<readonly FollowTask[]> };
export type FollowOrdersResult = {
  readonly revoked: number;
  readonly orders: number;
  readonly failed: number;
};

/** About what five minutes hold; each costs 14 write units and an event. */
const certificatesPerRun = 20_000;
/** Ten transactions under way need no more to end. */
const reserveMs = 15_000;

export function followOrders(
  deps: FollowOrdersDeps,
): (event: unknown, context: Context) => Promise<FollowOrdersResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "follow-order" } });
  return middy<unknown, FollowOrdersResult>().handler(async (_event, context) => {
    const result = { revoked: 0, orders: 0, failed: 0 };
    const mayGoOn = (): boolean => context.getRemainingTimeInMillis() > reserveMs;
    for (const task of await deps.listDue()) {
      const certificates = certificatesPerRun - result.revoked;
      if (certificates <= 0 || !mayGoOn()) break;
      try {
        const { revoked, outcome } = await followOrder(deps, task, { certificates, mayGoOn });
        logger.info("order followed", { order: task.order.id, revoked, outcome });
        result.revoked += revoked;
        result.orders += 1;
      } catch (error) {
        // One that cannot be followed must not hold up the others.
        logger.error("order not followed", { order: task.order.id, error: error as Error });
        result.failed += 1;
      }
    }
    return result;
  });
}

export const handler = lazily(() => followOrders(followDeps()));
