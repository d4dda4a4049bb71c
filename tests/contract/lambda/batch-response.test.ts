// Which answers to a batch count as success, as failure of all, or as failure of some: Lambda's documented lists.

import { expect, it } from "vitest";
import { batchOutcome } from "#local/lambda/event-source/batch-response.ts";

const batch = new Set(["1", "2", "3"]);
const outcome = (payload: string, functionError?: "Unhandled") =>
  batchOutcome({ requestId: "r", functionError, payload, logTail: "" }, batch, true);

it.each([
  ["an empty list", '{"batchItemFailures":[]}'],
  ["a null list", '{"batchItemFailures":null}'],
  ["an empty answer", "{}"],
  ["a null answer", "null"],
  ["a misspelt list, which loses records at AWS too", '{"failures":[{"itemIdentifier":"2"}]}'],
])("takes %s as success", (_, payload) => {
  expect(outcome(payload)).toEqual({ kind: "done" });
});

it.each([
  ["an empty identifier", '{"batchItemFailures":[{"itemIdentifier":""}]}'],
  ["a null identifier", '{"batchItemFailures":[{"itemIdentifier":null}]}'],
  ["a misspelt identifier", '{"batchItemFailures":[{"id":"2"}]}'],
  ["an identifier that is not of the batch", '{"batchItemFailures":[{"itemIdentifier":"4"}]}'],
  ["a good and a bad identifier", '{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":""}]}'],
  ["a list that is none", '{"batchItemFailures":"2"}'],
  ["a string", '"ok"'],
  ["an array", "[]"],
])("takes %s as failure of the whole batch", (_, payload) => {
  expect(outcome(payload)).toEqual({ kind: "failed" });
});

it("takes a function error as failure of the whole batch, whatever the payload says", () => {
  expect(outcome('{"batchItemFailures":[]}', "Unhandled")).toEqual({ kind: "failed" });
});

it("names the items that a good answer reports", () => {
  expect(outcome('{"batchItemFailures":[{"itemIdentifier":"3"},{"itemIdentifier":"2"}]}')).toEqual({
    kind: "partly-failed",
    identifiers: new Set(["2", "3"]),
  });
});

it("ignores reported items when the mapping did not ask for them", () => {
  const result = {
    requestId: "r",
    functionError: undefined,
    payload: '{"batchItemFailures":[{"itemIdentifier":"2"}]}',
    logTail: "",
  };
  expect(batchOutcome(result, batch, false)).toEqual({ kind: "done" });
});
