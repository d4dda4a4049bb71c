// Buses, rules and targets: what is kept and shown, what is refused and how, and how many there may be.
import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deadLetterQueueArn, functionArn, refusal, type Subject, startSubject, until } from "./subject.ts";

let subject: Subject;
let send: Subject["client"]["send"];
beforeEach(async () => {
  subject = await startSubject();
  send = subject.client.send.bind(subject.client);
});
afterEach(() => subject.stop());

const EventPattern = '{"source":["test"]}';
const names = (count: number) => Array.from({ length: count }, (_, n) => `n${100 + n}`);

describe("buses", () => {
  it("are created, listed, described and deleted, the default one being there from the start", async () => {
    const { EventBusArn } = await send(new CreateEventBusCommand({ Name: "own", Description: "ours" }));
    expect(EventBusArn).toBe("arn:aws:events:us-east-1:123456789012:event-bus/own");
    const described = await send(new DescribeEventBusCommand({ Name: EventBusArn }));
    expect(described).toMatchObject({ Name: "own", Arn: EventBusArn, Description: "ours" });
    expect(described.CreationTime).toEqual(new Date("2026-01-01T00:00:00.789Z"));
    const listed = await send(new ListEventBusesCommand({}));
    expect(listed.EventBuses?.map(bus => bus.Name)).toEqual(["default", "own"]);
    await send(new DeleteEventBusCommand({ Name: "own" }));
    expect(await refusal(send(new DescribeEventBusCommand({ Name: "own" })))).toBe(
      "ResourceNotFoundException",
    );
  });

  it("are refused twice, with a bad name, beyond 100, and deleted neither as default nor with rules", async () => {
    await send(new CreateEventBusCommand({ Name: "own" }));
    expect(await refusal(send(new CreateEventBusCommand({ Name: "own" })))).toBe(
      "ResourceAlreadyExistsException",
    );
    expect(await refusal(send(new CreateEventBusCommand({ Name: "a b" })))).toBe("ValidationException");
    expect(await refusal(send(new DeleteEventBusCommand({ Name: "default" })))).toBe("ValidationException");
    await send(new PutRuleCommand({ Name: "r", EventBusName: "own", EventPattern }));
    expect(await refusal(send(new DeleteEventBusCommand({ Name: "own" })))).toBe("ValidationException");
    for (const Name of names(98)) await send(new CreateEventBusCommand({ Name }));
    expect(await refusal(send(new CreateEventBusCommand({ Name: "n101st" })))).toBe("LimitExceededException");
  });

  it("keep their events apart", async () => {
    await send(new CreateEventBusCommand({ Name: "own" }));
    await send(new PutRuleCommand({ Name: "r", EventBusName: "own", EventPattern }));
    const Targets = [{ Id: "own", Arn: functionArn }];
    await send(new PutTargetsCommand({ Rule: "r", EventBusName: "own", Targets }));
    await subject.putRule();
    const entry = { Source: "test", DetailType: "T", Detail: "{}" };
    const EventBusName = "arn:aws:events:us-east-1:123456789012:event-bus/own";
    await send(new PutEventsCommand({ Entries: [{ ...entry, EventBusName }] }));
    await until(() => subject.received.length === 1);
    expect(subject.received[0]?.id).toBe("own");
  });
});

describe("rules", () => {
  it("are put, shown, replaced and deleted; an update keeps the targets", async () => {
    await send(new CreateEventBusCommand({ Name: "own" }));
    const put = await send(
      new PutRuleCommand({ Name: "r", EventBusName: "own", EventPattern, Description: "first" }),
    );
    expect(put.RuleArn).toBe("arn:aws:events:us-east-1:123456789012:rule/own/r");
    const rule = { Name: "r", EventBusName: "own" };
    const Targets = [{ Id: "t", Arn: functionArn }];
    await send(new PutTargetsCommand({ Rule: "r", EventBusName: "own", Targets }));
    await send(new PutRuleCommand({ ...rule, EventPattern: '{"source":["other"]}', State: "DISABLED" }));
    const described = await send(new DescribeRuleCommand(rule));
    expect(described).toMatchObject({
      State: "DISABLED",
      EventPattern: '{"source":["other"]}',
      CreatedBy: "123456789012",
    });
    expect(described.Description).toBeUndefined();
    expect(await refusal(send(new DeleteRuleCommand(rule)))).toBe("ValidationException");
    const kept = await send(new ListTargetsByRuleCommand({ Rule: "r", EventBusName: "own" }));
    expect(kept.Targets).toEqual(Targets);
    await send(new RemoveTargetsCommand({ Rule: "r", EventBusName: "own", Ids: ["t"] }));
    await send(new DeleteRuleCommand(rule));
    await send(new DeleteRuleCommand(rule));
    expect(await refusal(send(new DescribeRuleCommand(rule)))).toBe("ResourceNotFoundException");
  });

  it("stop and start to match when disabled and enabled", async () => {
    await subject.putRule();
    await send(new DisableRuleCommand({ Name: "rule" }));
    await subject.putEvent({ n: 1 });
    await send(new EnableRuleCommand({ Name: "rule" }));
    await subject.putEvent({ n: 2 });
    await until(() => subject.received.length === 1);
    expect(subject.received[0]?.payload).toMatchObject({ detail: { n: 2 } });
  });

  it("are listed by prefix and page by page", async () => {
    for (const Name of [...names(3), "other"]) await send(new PutRuleCommand({ Name, EventPattern }));
    const first = await send(new ListRulesCommand({ NamePrefix: "n", Limit: 2 }));
    const second = await send(
      new ListRulesCommand({ NamePrefix: "n", Limit: 2, NextToken: first.NextToken }),
    );
    expect(first.Rules?.map(rule => rule.Name)).toEqual(["n100", "n101"]);
    expect([second.Rules?.map(rule => rule.Name), second.NextToken]).toEqual([["n102"], undefined]);
    expect(await refusal(send(new ListRulesCommand({ NextToken: "foreign" })))).toBe("ValidationException");
  });

  it.each([
    {
      name: "an invalid pattern",
      rule: { EventPattern: '{"source":"test"}' },
      error: "InvalidEventPatternException",
    },
    {
      name: "a pattern over 4,096 characters",
      rule: { EventPattern: `{"a":["${"x".repeat(4096)}"]}` },
      error: "ValidationException",
    },
    { name: "neither pattern nor schedule", rule: {}, error: "ValidationException" },
    { name: "a schedule", rule: { ScheduleExpression: "rate(1 minute)" }, error: "ValidationException" },
    {
      name: "an unknown bus",
      rule: { EventPattern, EventBusName: "nowhere" },
      error: "ResourceNotFoundException",
    },
    {
      name: "a name of 65 characters",
      rule: { Name: "n".repeat(65), EventPattern },
      error: "ValidationException",
    },
  ])("are refused with $name", async ({ rule, error }) => {
    expect(await refusal(send(new PutRuleCommand({ Name: "r", ...rule })))).toBe(error);
  });

  it("are 300 on a bus at most; putting one of them again is no addition", async () => {
    for (const Name of names(300)) await send(new PutRuleCommand({ Name, EventPattern }));
    await send(new PutRuleCommand({ Name: "n100", EventPattern }));
    expect(await refusal(send(new PutRuleCommand({ Name: "n400", EventPattern })))).toBe(
      "LimitExceededException",
    );
  });
});

describe("targets", () => {
  const put = (Targets: Target[]) => send(new PutTargetsCommand({ Rule: "rule", Targets }));
  const target = { Id: "t0", Arn: functionArn };

  it("are five at most, and one with the same id is replaced", async () => {
    await subject.putRule(names(5).map(Id => ({ Id })));
    await put([{ ...target, Id: "n100", Input: "{}" }]);
    expect(await refusal(put([{ ...target, Id: "sixth" }]))).toBe("LimitExceededException");
    const { Targets } = await send(new ListTargetsByRuleCommand({ Rule: "rule" }));
    expect(Targets?.map(listed => [listed.Id, listed.Input])).toEqual([
      ["n100", "{}"],
      ...names(5)
        .slice(1)
        .map(Id => [Id, undefined]),
    ]);
  });

  it.each([
    { name: "a bad id", change: { Id: "!" } },
    { name: "no ARN", change: { Arn: "function" } },
    { name: "two kinds of input", change: { Input: "{}", InputPath: "$" } },
    { name: "an input that is not JSON", change: { Input: "{" } },
    { name: "a path that is none", change: { InputPath: "detail" } },
    { name: "an input transformer", change: { InputTransformer: { InputTemplate: '"<a>"' } } },
    {
      name: "a FIFO queue without a message group",
      change: { Arn: "arn:aws:sqs:us-east-1:123456789012:q.fifo" },
    },
    { name: "a FIFO dead-letter queue", change: { DeadLetterConfig: { Arn: `${deadLetterQueueArn}.fifo` } } },
    { name: "186 retries", change: { RetryPolicy: { MaximumRetryAttempts: 186 } } },
    { name: "an age of 59 seconds", change: { RetryPolicy: { MaximumEventAgeInSeconds: 59 } } },
  ])("are refused with $name", async ({ change }) => {
    await subject.putRule();
    expect(await refusal(put([{ ...target, ...change }]))).toBe("ValidationException");
  });

  it("are taken at the limits of the retry policy", async () => {
    await subject.putRule();
    const policies = [
      { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
      { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
    ];
    for (const RetryPolicy of policies)
      expect((await put([{ ...target, RetryPolicy }])).FailedEntryCount).toBe(0);
  });

  it("need their rule", async () => {
    expect(await refusal(put([target]))).toBe("ResourceNotFoundException");
  });
});

it("TestEventPattern tells whether an event would match", async () => {
  const event = {
    id: "1",
    account: "1",
    source: "test",
    time: "2026-01-01T00:00:00Z",
    region: "r",
    "detail-type": "T",
  };
  const test = (pattern: string, Event = JSON.stringify(event)) =>
    send(new TestEventPatternCommand({ EventPattern: pattern, Event }));
  expect((await test(EventPattern)).Result).toBe(true);
  expect((await test('{"source":["other"]}')).Result).toBe(false);
  expect(await refusal(test("{}"))).toBe("InvalidEventPatternException");
  expect(await refusal(test(EventPattern, "{}"))).toBe("ValidationException");
});
