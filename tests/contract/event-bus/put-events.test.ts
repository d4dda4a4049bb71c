// PutEvents: what one call and one entry may hold, and how a refused entry shows in the answer.
import { PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultInjector } from "#local/wire/faults.ts";
import { refusal, type Subject, startSubject, until } from "./subject.ts";

let subject: Subject;
const faults = faultInjector();
beforeAll(async () => {
  subject = await startSubject({ faults });
  await subject.putRule();
});
afterAll(() => subject.stop());

const authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/events/aws4_request";
const entry = { Source: "test", DetailType: "T", Detail: "{}" };
const put = (Entries: PutEventsRequestEntry[]) => subject.client.send(new PutEventsCommand({ Entries }));
const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${"}".repeat(levels - 1)}`;
const sized = (size: number) => ({ ...entry, Detail: JSON.stringify({ x: "x".repeat(size - 5 - 8) }) });

describe("one entry", () => {
  it.each([
    { name: "no source", change: { Source: undefined }, ErrorCode: "InvalidArgument" },
    { name: "no detail type", change: { DetailType: undefined }, ErrorCode: "InvalidArgument" },
    { name: "no detail", change: { Detail: undefined }, ErrorCode: "InvalidArgument" },
    { name: "a detail that is not JSON", change: { Detail: "{" }, ErrorCode: "MalformedDetail" },
    { name: "a detail that is an array", change: { Detail: "[]" }, ErrorCode: "MalformedDetail" },
    { name: "a detail that is a string", change: { Detail: '"text"' }, ErrorCode: "MalformedDetail" },
    { name: "a detail of 1,000 levels", change: { Detail: nested(1000) }, ErrorCode: undefined },
    { name: "a detail of 1,001 levels", change: { Detail: nested(1001) }, ErrorCode: "MalformedDetail" },
    { name: "a detail of 150,000 levels", change: { Detail: nested(150_000) }, ErrorCode: "MalformedDetail" },
    {
      name: "a detail type of 128 characters",
      change: { DetailType: "t".repeat(128) },
      ErrorCode: undefined,
    },
    {
      name: "a detail type of 129 characters",
      change: { DetailType: "t".repeat(129) },
      ErrorCode: "InvalidArgument",
    },
    {
      name: "the source of an AWS service",
      change: { Source: "aws.acm-pca" },
      ErrorCode: "NotAuthorizedForSource",
    },
    { name: "a source that only looks like one", change: { Source: "awsome" }, ErrorCode: undefined },
    { name: "a bus that does not exist", change: { EventBusName: "nowhere" }, ErrorCode: undefined },
  ])("with $name: $ErrorCode", async ({ change, ErrorCode }) => {
    const answer = await put([{ ...entry, ...change }]);
    expect(answer.FailedEntryCount).toBe(ErrorCode === undefined ? 0 : 1);
    expect(answer.Entries?.[0]?.ErrorCode).toBe(ErrorCode);
    expect(answer.Entries?.[0]?.EventId === undefined).toBe(ErrorCode !== undefined);
  });

  it("does not stop the others, and the answer keeps their order", async () => {
    const before = subject.received.length;
    const answer = await put([entry, { ...entry, Detail: "{" }, { ...entry, Resources: ["arn:a", "arn:b"] }]);
    expect(answer.Entries?.map(result => result.ErrorCode)).toEqual([
      undefined,
      "MalformedDetail",
      undefined,
    ]);
    await until(() => subject.received.length === before + 2);
    const ids = subject.received.slice(before).map(({ payload }) => Reflect.get(Object(payload), "id"));
    expect(ids).toEqual([answer.Entries?.[0]?.EventId, answer.Entries?.[2]?.EventId]);
  });

  it("may bring its own time, which is shown in whole seconds", async () => {
    const before = subject.received.length;
    await put([{ ...entry, Time: new Date("2025-05-05T05:05:05.999Z"), Resources: ["arn:a"] }]);
    await until(() => subject.received.length === before + 1);
    expect(subject.received.at(-1)?.payload).toMatchObject({
      time: "2025-05-05T05:05:05Z",
      resources: ["arn:a"],
    });
  });
});

describe("one call", () => {
  it("takes 10 entries and refuses 11, and none at all", async () => {
    expect((await put(Array.from({ length: 10 }, () => entry))).FailedEntryCount).toBe(0);
    expect(await refusal(put(Array.from({ length: 11 }, () => entry)))).toBe("ValidationException");
    expect(await refusal(put([]))).toBe("ValidationException");
  });

  it("holds less than 1 MB over all entries", async () => {
    const half = sized(524_288);
    expect((await put([half, sized(524_287)])).FailedEntryCount).toBe(0);
    expect(await refusal(put([half, half]))).toBe("ValidationException");
  });

  it("is refused with a time that no calendar shows", async () => {
    const headers = { "x-amz-target": "AWSEvents.PutEvents", authorization };
    const body = JSON.stringify({ Entries: [{ ...entry, Time: 1e300 }] });
    const reply = await fetch(subject.server.url, { method: "POST", headers, body });
    expect([reply.status, reply.headers.get("x-amzn-errortype")]).toEqual([400, "ValidationException"]);
  });

  it("can lose its answer although the event was taken", async () => {
    const before = subject.received.length;
    faults.next("PutEvents", { kind: "lost-reply" });
    await expect(put([entry])).rejects.toThrow();
    await until(() => subject.received.length === before + 1);
  });

  it("must be signed, and must be of this service", async () => {
    const call = async (headers: Record<string, string>) => {
      const reply = await fetch(subject.server.url, { method: "POST", headers, body: "{}" });
      return [reply.status, reply.headers.get("x-amzn-errortype")];
    };
    expect(await call({ "x-amz-target": "AWSEvents.PutEvents" })).toEqual([
      400,
      "MissingAuthenticationTokenException",
    ]);
    expect(await call({ "x-amz-target": "ACMPrivateCA.PutEvents" })).toEqual([
      400,
      "UnknownOperationException",
    ]);
  });
});
