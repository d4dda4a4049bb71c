// The envelope of CloudWatch Logs: what the local cloud sends is read, control messages say nothing, junk goes to a person.
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { isAppError } from "#core/error.ts";
import { linesOf } from "#functions/event/log-subscription.ts";
import { subscriptionEvent } from "#local/log-subscription/envelope.ts";
import { noon } from "#support/fixed-time.ts";

const source = { owner: "000000000000", logGroup: "g", logStream: "s", subscriptionFilter: "f" };
const packed = (message: unknown) => ({
  awslogs: { data: gzipSync(JSON.stringify(message)).toString("base64") },
});

test("the lines of a data message come out in their order", () => {
  const lines = ["{}", "ünïcödé", ""].map((text, position) => ({ text, position }));
  expect(linesOf(subscriptionEvent(source, lines, noon))).toEqual(["{}", "ünïcödé", ""]);
});

test("a control message has none", () => {
  const logEvents = [
    { id: "", timestamp: 1, message: "CWL CONTROL MESSAGE: Checking health of destination." },
  ];
  expect(linesOf(packed({ messageType: "CONTROL_MESSAGE", owner: "CloudwatchLogs", logEvents }))).toEqual([]);
});

const bomb = { awslogs: { data: gzipSync(Buffer.alloc(65 * 1024 * 1024)).toString("base64") } };

test.each([
  ["nothing", undefined],
  ["another event", { Records: [] }],
  ["no gzip", { awslogs: { data: "aGVsbG8=" } }],
  ["no JSON", { awslogs: { data: gzipSync("hello").toString("base64") } }],
  ["another message", packed({ messageType: "OTHER" })],
  ["a message without lines", packed({ messageType: "DATA_MESSAGE" })],
  ["65 MB in a few bytes", bomb],
])("%s is malformed", (_, event) => {
  expect(() => linesOf(event)).toThrowError(expect.objectContaining({ code: "event.malformed" }));
  expect.assertions(1);
});

test("what is malformed says where, and repeats none of it", () => {
  let refusal: unknown;
  try {
    linesOf({ awslogs: { data: "c2VjcmV0" } });
  } catch (error) {
    refusal = error;
  }
  if (!isAppError(refusal, "event.malformed")) throw new Error("it was not refused");
  expect(refusal.data.findings).toEqual([
    { code: "schema.custom", pointer: "/awslogs/data", detail: "not JSON in gzip in base64" },
  ]);
});
