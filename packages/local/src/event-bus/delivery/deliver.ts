// Works the delivery queue off: at least once, each delivery on its own, first attempts at once, later ones when due.
import type { Clock } from "../../wire/clock.ts";
import type { EventEnvelope } from "../envelope.ts";
import type { Target } from "../input.ts";
import type { Json } from "../json.ts";
import { payloadFor } from "../target-input.ts";
import { afterFailure, failureOf } from "./outcome.ts";
import type { Delivery, DeliveryQueue, GivenUp } from "./queue.ts";

/** Delivers one payload to the resource that `target.Arn` names. Rejects when it was not taken. */
export type InvokeTarget = (target: Target, payload: Json) => Promise<void>;

/** Sends the original event to a queue, with `attributes` as its message attributes. Rejects when it was not taken. */
export type DeadLetter = (
  queueArn: string,
  event: EventEnvelope,
  attributes: Readonly<Record<string, string>>,
) => Promise<void>;

export type DelivererOptions = {
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  readonly invokeTarget: InvokeTarget;
  readonly deadLetter: DeadLetter;
};

export type Deliverer = {
  /** Looks at the queue as soon as the current turn of the event loop is over. */
  readonly wake: () => void;
  /** Starts nothing more and waits up to `graceMs` for what is under way; what is not done stays in the queue. */
  readonly stop: (graceMs: number) => Promise<void>;
};

const maxConcurrent = 64;
// A clock that a test moves cannot wake a timer, so pending retries are looked at this often.
const lookEveryMs = 50;
const deadLetterRetryMs = 5000;

export function startDeliverer(options: DelivererOptions): Deliverer {
  const { queue, clock } = options;
  const underWay = new Map<number, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let phase: "working" | "stopping" | "stopped" = "working";

  const look = (): void => {
    if (phase !== "working") return;
    clearTimeout(timer);
    const nowMs = clock.now().getTime();
    // Those under way are among the due ones, so this many hold all that could start now.
    for (const id of queue.due(nowMs, maxConcurrent)) {
      const delivery = underWay.has(id) || underWay.size >= maxConcurrent ? undefined : queue.read(id);
      if (delivery !== undefined) start(delivery);
    }
    const nextMs = queue.nextDueMs(nowMs);
    if (nextMs === undefined) return;
    timer = setTimeout(look, Math.min(nextMs - nowMs, lookEveryMs));
    timer.unref();
  };
  const start = (delivery: Delivery): void => {
    const settled = attempt(delivery, options).then(settle => {
      underWay.delete(delivery.id);
      // Too late: the database is closed, and the next start makes the delivery again.
      if (phase === "stopped") return;
      settle();
      setImmediate(look);
    });
    underWay.set(delivery.id, settled);
  };
  return {
    wake: () => void setImmediate(look),
    stop: async graceMs => {
      phase = "stopping";
      clearTimeout(timer);
      let grace: NodeJS.Timeout | undefined;
      const graceOver = new Promise(resolve => {
        grace = setTimeout(resolve, graceMs);
      });
      await Promise.race([Promise.all(underWay.values()), graceOver]);
      clearTimeout(grace);
      phase = "stopped";
    },
  };
}

/** Makes one attempt and answers how to record what came of it. */
async function attempt(delivery: Delivery, options: DelivererOptions): Promise<() => void> {
  if (delivery.givenUp !== undefined) return bury(delivery, delivery.givenUp, options);
  try {
    await options.invokeTarget(delivery.target, payloadFor(delivery.target, delivery.event));
    return () => options.queue.done(delivery.id);
  } catch (error) {
    const attempted = { ...delivery, attempts: delivery.attempts + 1 };
    const failure = failureOf(error);
    const nowMs = options.clock.now().getTime();
    const next = afterFailure(failure, { ...attempted, nowMs, jitter: Math.random() });
    if (next.kind === "give-up") return bury(attempted, { failure, condition: next.condition }, options);
    return () => options.queue.postpone(delivery.id, next.atMs, attempted.attempts, undefined);
  }
}

/** Hands the event to the target's dead-letter queue, again and again until it is taken; drops it where there is none. */
async function bury(delivery: Delivery, givenUp: GivenUp, options: DelivererOptions): Promise<() => void> {
  const { target, event } = delivery;
  const queueArn = target.DeadLetterConfig?.Arn;
  if (queueArn === undefined) {
    console.warn(`event bus: event ${event.id} dropped for ${target.Arn}: ${givenUp.failure.code}`);
    return () => options.queue.done(delivery.id);
  }
  try {
    await options.deadLetter(queueArn, event, deadLetterAttributes(delivery, givenUp));
    return () => options.queue.done(delivery.id);
  } catch (error) {
    console.warn(`event bus: dead letter of event ${event.id} not taken by ${queueArn}: ${String(error)}`);
    const againMs = options.clock.now().getTime() + deadLetterRetryMs;
    return () => options.queue.postpone(delivery.id, againMs, delivery.attempts, givenUp);
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
function deadLetterAttributes({ ruleArn, target, attempts }: Delivery, { failure, condition }: GivenUp) {
  return {
    RULE_ARN: ruleArn,
    TARGET_ARN: target.Arn,
    ERROR_CODE: failure.code,
    ERROR_MESSAGE: failure.message,
    RETRY_ATTEMPTS: String(attempts - 1),
    ...(condition === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: condition }),
  };
}
