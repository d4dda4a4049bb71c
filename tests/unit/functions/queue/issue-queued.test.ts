// A batch of the queue: what cannot be read goes back alone, towards the dead letters; its neighbours are issued.
import type { Context, SQSEvent } from "aws-lambda";
import { expect, it } from "vitest";
import { issueQueuedHandler } from "#functions/queue/issue-queued.ts";
import { anEnrolmentWorld } from "../../core/enrolment/fake-enrolment-world.ts";

it("fails the messages that say nothing, and issues the others", async () => {
  const { deps, registry } = await anEnrolmentWorld();
  const bodies = ["not json", "{}", JSON.stringify({ enrolment: "enr_1" })];
  const Records = bodies.map((body, at) => ({ messageId: `m${at}`, body }));
  // Of an event and its context, the handler reads these and no others.
  const event = { Records } as unknown as SQSEvent;
  const answer = await issueQueuedHandler(deps)(event, { awsRequestId: "request-1" } as Context);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }, { itemIdentifier: "m1" }] });
  expect(registry.row().state).toBe("issued");
});

it("is done with the message of an enrolment that has failed: its row says so", async () => {
  const { deps, registry } = await anEnrolmentWorld();
  registry.change({ state: "failed" });
  const event = { Records: [{ messageId: "m0", body: '{"enrolment":"enr_1"}' }] } as unknown as SQSEvent;
  const answer = await issueQueuedHandler(deps)(event, { awsRequestId: "request-1" } as Context);
  expect(answer).toEqual({ batchItemFailures: [] });
});
