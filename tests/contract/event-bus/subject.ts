// A running EventBridge server, the unmodified SDK client against it, a clock moved by hand, and a target that records
// what it receives and fails as told.
import { setTimeout as pause } from "node:timers/promises";
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import { type EventBusOptions, startEventBusServer } from "#local/event-bus/server.ts";

export const functionArn = "arn:aws:lambda:us-east-1:123456789012:function:target";
export const deadLetterQueueArn = "arn:aws:sqs:us-east-1:123456789012:dead-letters";

export type DeadLetterRecord = {
  readonly queueArn: string;
  readonly event: unknown;
  readonly attributes: Readonly<Record<string, string>>;
};

export async function startSubject(options: Partial<EventBusOptions> = {}) {
  let nowMs = Date.parse("2026-01-01T00:00:00.789Z");
  const received: { readonly id: string; readonly payload: unknown }[] = [];
  const deadLetters: DeadLetterRecord[] = [];
  const failures: unknown[] = [];
  const server = await startEventBusServer({
    port: 0,
    stateDirectory: undefined,
    clock: { now: () => new Date(nowMs) },
    accountId: "123456789012",
    region: "us-east-1",
    invokeTarget: async (target, payload) => {
      received.push({ id: target.Id, payload });
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
    },
    deadLetter: async (queueArn, event, attributes) => {
      deadLetters.push({ queueArn, event, attributes });
    },
    ...options,
  });
  const client = new EventBridgeClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    endpoint: server.url,
    maxAttempts: 1,
  });
  return {
    server,
    client,
    received,
    deadLetters,
    /** The next attempts, in this order, reject with these. */
    failures,
    advance: (ms: number) => {
      nowMs += ms;
    },
    /** A rule on the default bus for source `test`, with these targets. */
    putRule: async (targets: readonly Partial<Target>[] = [{}], pattern: unknown = { source: ["test"] }) => {
      await client.send(new PutRuleCommand({ Name: "rule", EventPattern: JSON.stringify(pattern) }));
      const Targets = targets.map((target, index) => ({ Id: `t${index}`, Arn: functionArn, ...target }));
      await client.send(new PutTargetsCommand({ Rule: "rule", Targets }));
    },
    putEvent: async (detail: unknown = {}, source = "test") => {
      const entry = { Source: source, DetailType: "Test Event", Detail: JSON.stringify(detail) };
      const answer = await client.send(new PutEventsCommand({ Entries: [entry] }));
      return answer.Entries?.[0]?.EventId;
    },
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
}

export type Subject = Awaited<ReturnType<typeof startSubject>>;

/** Waits until `holds`, looking every few milliseconds; fails after five seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let look = 0; look < 1000; look += 1) {
    if (holds()) return;
    await pause(5);
  }
  throw new Error("the condition did not come true");
}

/** The name of the error that `call` is refused with; fails when it is not. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("the call was accepted");
  return error.name;
}
