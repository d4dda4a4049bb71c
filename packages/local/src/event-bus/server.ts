// EventBridge's classic bus on loopback (AWS JSON 1.1, target prefix AWSEvents): buses, rules, targets, PutEvents, and
// durable at-least-once delivery to whatever the caller's `invokeTarget` reaches. No policies, archives or schedules.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Authorise } from "../access/authorise.ts";
import { eventBusPermissions } from "../access/service-permissions.ts";
import { serveAwsJson } from "../wire/aws-json.ts";
import { type Clock, systemClock } from "../wire/clock.ts";
import { openDatabase } from "../wire/database.ts";
import type { FaultInjector } from "../wire/faults.ts";
import type { RunningServer } from "../wire/listen.ts";
import { type DeadLetter, type InvokeTarget, startDeliverer } from "./delivery/deliver.ts";
import { deliverySchema, openDeliveryQueue } from "./delivery/queue.ts";
import { type ServiceEvent, toServiceEvent } from "./envelope.ts";
import { defaultBus } from "./names.ts";
import { busOperations } from "./operation/bus.ts";
import { putEventsOperation } from "./operation/put-events.ts";
import { ruleOperations } from "./operation/rule.ts";
import { targetOperations } from "./operation/target.ts";
import { publisher } from "./publish.ts";
import { openRuleBook, ruleBookSchema } from "./rule-book.ts";

export type EventBusOptions = {
  readonly port: number;
  /** Where `event-bus.sqlite` lives; undefined keeps everything in memory. */
  readonly stateDirectory: string | undefined;
  readonly clock?: Clock;
  readonly accountId: string;
  readonly region: string;
  readonly invokeTarget: InvokeTarget;
  readonly deadLetter: DeadLetter;
  readonly authorise?: Authorise;
  readonly faults?: FaultInjector;
};

export type EventBusServer = RunningServer & {
  /** Publishes an AWS service's own event on the default bus; PutEvents refuses `aws.*` sources. */
  readonly publishServiceEvent: (event: ServiceEvent) => void;
};

const stopGraceMs = 2000;

export async function startEventBusServer(options: EventBusOptions): Promise<EventBusServer> {
  const { stateDirectory, invokeTarget, deadLetter } = options;
  const clock = options.clock ?? systemClock;
  const account = { accountId: options.accountId, region: options.region };
  const path = stateDirectory === undefined ? ":memory:" : join(stateDirectory, "event-bus.sqlite");
  const database = openDatabase(path, `${ruleBookSchema}${deliverySchema}`);
  const book = openRuleBook(database);
  const queue = openDeliveryQueue(database, clock);
  const deliverer = startDeliverer({ queue, clock, invokeTarget, deadLetter });
  const publish = publisher({ database, account, book, queue, onStored: deliverer.wake });
  if (book.bus(defaultBus) === undefined) {
    const nowMs = clock.now().getTime();
    book.addBus({ name: defaultBus, description: null, createdAtMs: nowMs, modifiedAtMs: nowMs });
  }
  const deps = { account, book, clock };
  const running = await serveAwsJson({
    name: "event bus",
    port: options.port,
    targetPrefix: "AWSEvents",
    faults: options.faults,
    access:
      options.authorise === undefined
        ? undefined
        : { authorise: options.authorise, needed: eventBusPermissions(account) },
    operations: {
      ...busOperations(deps),
      ...ruleOperations(deps),
      ...targetOperations(deps),
      PutEvents: putEventsOperation({ ...deps, publish }),
    },
  });
  // Deliveries that an earlier run still owed.
  deliverer.wake();
  return {
    ...running,
    publishServiceEvent: event =>
      publish([{ bus: defaultBus, event: toServiceEvent(event, account, randomUUID(), clock.now()) }]),
    stop: async () => {
      await running.stop();
      await deliverer.stop(stopGraceMs);
      database.close();
    },
  };
}
