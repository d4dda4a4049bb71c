// What a target receives: the event, a constant, or the part that a path names.
import { expect, it } from "vitest";
import { parseInputPath, payloadFor } from "#local/event-bus/target-input.ts";

const event = {
  version: "0",
  id: "1",
  "detail-type": "d",
  source: "s",
  account: "123456789012",
  time: "2026-01-01T00:00:00Z",
  region: "us-east-1",
  resources: ["r0", "r1"],
  detail: { a: { b: [{ c: 1 }] }, "x y": 2 },
} as const;

it.each([
  { target: {}, payload: event },
  { target: { Input: '{"fixed":[1]}' }, payload: { fixed: [1] } },
  { target: { InputPath: "$" }, payload: event },
  { target: { InputPath: "$.detail-type" }, payload: "d" },
  { target: { InputPath: "$.resources[1]" }, payload: "r1" },
  { target: { InputPath: "$.detail.a.b[0].c" }, payload: 1 },
  { target: { InputPath: "$.detail['x y']" }, payload: 2 },
  { target: { InputPath: "$.detail.missing.deeper" }, payload: null },
  { target: { InputPath: "$.detail.constructor" }, payload: null },
])("$target", ({ target, payload }) => {
  expect(payloadFor(target, event)).toEqual(payload);
});

it.each(["", "detail", "$.", "$..detail", "$.detail[*]", "$.detail[?(@.a)]", "$['']"])(
  "takes no path like %j",
  path => {
    expect(parseInputPath(path)).toBeUndefined();
  },
);
