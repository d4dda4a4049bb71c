// At-least-once delivery: at once after PutEvents, again when it failed, across a restart, and to the dead-letter
// queue when nothing helped.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deadLetterQueueArn, functionArn, type Subject, startSubject, until } from "./subject.ts";

let subject: Subject;
beforeEach(async () => {
  subject = await startSubject();
});
afterEach(() => subject.stop());

const named = (name: string) => Object.assign(new Error(`${name} of the test`), { name });
const ruleArn = "arn:aws:events:us-east-1:123456789012:rule/rule";

describe("an event that matches", () => {
  it("reaches every target of the rule, in the documented envelope", async () => {
    await subject.putRule([{}, { InputPath: "$.detail.n" }, { Input: '"constant"' }]);
    const id = await subject.putEvent({ n: 1 });
    await until(() => subject.received.length === 3);
    expect(subject.received.find(({ id: target }) => target === "t0")?.payload).toEqual({
      version: "0",
      id,
      "detail-type": "Test Event",
      source: "test",
      account: "123456789012",
      time: "2026-01-01T00:00:00Z",
      region: "us-east-1",
      resources: [],
      detail: { n: 1 },
    });
    expect(subject.received.map(({ payload }) => payload)).toEqual(expect.arrayContaining([1, "constant"]));
  });

  it("is answered to the publisher before the target is done", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    const slow = await startSubject({ invokeTarget: () => held });
    await slow.putRule();
    expect(await slow.putEvent()).toMatch(/^[0-9a-f-]{36}$/);
    release();
    await slow.stop();
  });

  it("comes from an AWS service by its own way", async () => {
    await subject.putRule([{}], { source: ["aws.acm-pca"] });
    subject.server.publishServiceEvent({
      source: "aws.acm-pca",
      "detail-type": "Issuance",
      detail: { result: "success" },
    });
    await until(() => subject.received.length === 1);
    expect(subject.received[0]?.payload).toMatchObject({
      source: "aws.acm-pca",
      account: "123456789012",
      resources: [],
    });
  });

  it("is delivered many times over without one lost", async () => {
    await subject.putRule([{}, {}, {}, {}, {}].map((_, n) => ({ Id: `many${n}` })));
    await Promise.all(Array.from({ length: 60 }, (_, n) => subject.putEvent({ n })));
    await until(() => subject.received.length === 300);
  });
});

it("an event that does not match goes nowhere", async () => {
  await subject.putRule([{ Id: "mine" }]);
  await subject.putEvent({}, "another source");
  await subject.putEvent({}, "test");
  await until(() => subject.received.length === 1);
  expect(subject.received[0]?.id).toBe("mine");
});

describe("a failed delivery", () => {
  it("is made again, not before its time, until the target takes it", async () => {
    await subject.putRule();
    subject.failures.push(named("Broken"));
    await subject.putEvent({ n: 1 });
    await until(() => subject.received.length === 1);
    // The first retry comes after 500 to 1000 ms; the probe shows that the queue was looked at before that.
    subject.advance(499);
    await subject.putEvent({ probe: true });
    await until(() => subject.received.length === 2);
    expect(subject.received[1]?.payload).toMatchObject({ detail: { probe: true } });
    subject.failures.push(named("Broken"));
    subject.advance(501);
    await until(() => subject.received.length === 3);
    subject.advance(2000);
    await until(() => subject.received.length === 4);
    expect(subject.received[3]?.payload).toMatchObject({ detail: { n: 1 } });
    expect(subject.deadLetters).toEqual([]);
  });

  it("ends in the dead-letter queue after the last retry, with the attributes of the service", async () => {
    await subject.putRule([
      {
        RetryPolicy: { MaximumRetryAttempts: 2 },
        DeadLetterConfig: { Arn: deadLetterQueueArn },
        InputPath: "$.id",
      },
    ]);
    subject.failures.push(named("Broken"), named("Broken"), named("Broken"));
    const id = await subject.putEvent({ n: 1 });
    for (const attempts of [1, 2, 3]) {
      await until(() => subject.received.length === attempts);
      subject.advance(2000);
    }
    await until(() => subject.deadLetters.length === 1);
    expect(subject.deadLetters[0]).toMatchObject({
      queueArn: deadLetterQueueArn,
      event: { id, detail: { n: 1 } },
      attributes: {
        RULE_ARN: ruleArn,
        TARGET_ARN: functionArn,
        ERROR_CODE: "ERROR_FROM_TARGET",
        ERROR_MESSAGE: "Broken of the test",
        RETRY_ATTEMPTS: "2",
        EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
      },
    });
  });

  it("ends there when the event has become too old", async () => {
    await subject.putRule([
      { RetryPolicy: { MaximumEventAgeInSeconds: 60 }, DeadLetterConfig: { Arn: deadLetterQueueArn } },
    ]);
    subject.failures.push(named("TooManyRequestsException"), named("TooManyRequestsException"));
    await subject.putEvent();
    await until(() => subject.received.length === 1);
    subject.advance(60_000);
    await until(() => subject.deadLetters.length === 1);
    expect(subject.deadLetters[0]?.attributes).toMatchObject({
      ERROR_CODE: "THROTTLING",
      RETRY_ATTEMPTS: "1",
      EXHAUSTED_RETRY_CONDITION: "MaximumEventAgeInSeconds",
    });
  });

  it("ends there at once when the target does not exist or may not be called", async () => {
    await subject.putRule([{ DeadLetterConfig: { Arn: deadLetterQueueArn } }]);
    subject.failures.push(named("ResourceNotFoundException"), named("AccessDeniedException"));
    await subject.putEvent();
    await until(() => subject.deadLetters.length === 1);
    await subject.putEvent();
    await until(() => subject.deadLetters.length === 2);
    expect(subject.deadLetters.map(({ attributes: { ERROR_CODE } }) => ERROR_CODE)).toEqual([
      "NO_RESOURCE",
      "NO_PERMISSIONS",
    ]);
    for (const { attributes } of subject.deadLetters) {
      expect(attributes).toMatchObject({ RETRY_ATTEMPTS: "0" });
      expect(attributes).not.toHaveProperty("EXHAUSTED_RETRY_CONDITION");
    }
  });

  it("is offered again to a dead-letter queue that did not take it, without calling the target again", async () => {
    const taken: string[] = [];
    let refusals = 1;
    const other = await startSubject({
      deadLetter: async queueArn => {
        if (refusals-- > 0) throw new Error("queue down");
        taken.push(queueArn);
      },
    });
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    await other.putRule([{ DeadLetterConfig: { Arn: deadLetterQueueArn } }]);
    other.failures.push(named("AccessDeniedException"));
    await other.putEvent();
    await until(() => warn.mock.calls.length === 1);
    other.advance(5000);
    await until(() => taken.length === 1);
    expect(other.received).toHaveLength(1);
    warn.mockRestore();
    await other.stop();
  });

  it("is dropped where there is no dead-letter queue", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    await subject.putRule();
    subject.failures.push(named("AccessDeniedException"));
    await subject.putEvent();
    await until(() => warn.mock.calls.length === 1);
    subject.advance(86_400_000);
    await subject.putEvent({ probe: true });
    await until(() => subject.received.length === 2);
    warn.mockRestore();
  });

  it("does not hold up the other targets of the same event", async () => {
    await subject.putRule([{}, {}]);
    subject.failures.push(named("Broken"));
    await subject.putEvent();
    await until(() => subject.received.length === 2);
    expect(new Set(subject.received.map(({ id }) => id)).size).toBe(2);
  });
});

describe("a restart", () => {
  it("keeps buses, rules, targets and what is still owed, the attempt under way included", async () => {
    const stateDirectory = await mkdtemp(join(tmpdir(), "bus-"));
    const never = new Promise<void>(() => undefined);
    const attempts: string[] = [];
    const before = await startSubject({
      stateDirectory,
      invokeTarget: async target => {
        attempts.push(target.Id);
        if (target.Id === "t0") await never;
        else throw named("Broken");
      },
    });
    await before.putRule([{}, {}]);
    const id = await before.putEvent();
    await until(() => attempts.length === 2);
    await before.stop();
    const after = await startSubject({ stateDirectory });
    after.advance(1000);
    await until(() => after.received.length === 2);
    expect(after.received.map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ id }),
      expect.objectContaining({ id }),
    ]);
    await after.putEvent();
    await until(() => after.received.length === 4);
    await after.stop();
    await rm(stateDirectory, { recursive: true });
  });

  it("does not deliver again what was delivered", async () => {
    const stateDirectory = await mkdtemp(join(tmpdir(), "bus-"));
    const before = await startSubject({ stateDirectory });
    await before.putRule();
    await before.putEvent({ n: 1 });
    await until(() => before.received.length === 1);
    await before.stop();
    const after = await startSubject({ stateDirectory });
    await after.putEvent({ n: 2 });
    await until(() => after.received.length === 1);
    expect(after.received[0]?.payload).toMatchObject({ detail: { n: 2 } });
    await after.stop();
    await rm(stateDirectory, { recursive: true });
  });
});
