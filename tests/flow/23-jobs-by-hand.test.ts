// A job that an operator starts through the API: recorded, told to the bus, run by the same function as on schedule. The
// sweep is the one that is looked at, up to the event that it puts on the bus.
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renewalDueDetailType, renewalDueSchema } from "#core/event/renewal-events.ts";
import { busName, operatorCredentials, queueArn, region } from "#local/cloud/settings.ts";
import { callApi } from "#local/demo/api-client.ts";
import {
  enrolHolder,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  until,
} from "#support/local-cloud.ts";

const dayMs = 86_400_000;

let cloud: TestCloud;
const invoked: string[] = [];
beforeAll(async () => {
  cloud = await startTestCloud({ onInvocation: ({ functionName }) => invoked.push(functionName) });
  await registerAuthority(cloud);
  const profile = { lifetimeDays: 20, askedBy: ["operator"] };
  const answer = await callApi(await cloud.operator(), {
    method: "PUT",
    path: "/v1/profiles/short-lived",
    body: profile,
  });
  expect(answer.status).toBe(200);
}, 120_000);
afterAll(() => cloud?.stop());

async function run(
  job: string,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  return callApi(await cloud.operator(), { method: "POST", path: `/v1/jobs/${job}/runs` });
}

/** The next event of this type, as a consumer of the bus gets it. */
async function nextEvent(detailType: string): Promise<() => Promise<unknown>> {
  const shared = { region, credentials: operatorCredentials };
  const queues = new SQSClient({ ...shared, endpoint: cloud.urls.queues });
  const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: "told" }));
  const bus = new EventBridgeClient({ ...shared, endpoint: cloud.urls.eventBus });
  const rule = { EventBusName: busName, Rule: "told" };
  const EventPattern = JSON.stringify({ "detail-type": [detailType] });
  await bus.send(new PutRuleCommand({ EventBusName: busName, Name: rule.Rule, EventPattern }));
  await bus.send(new PutTargetsCommand({ ...rule, Targets: [{ Id: "told", Arn: queueArn("told") }] }));
  return async () => {
    const { Messages = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    return JSON.parse(Messages[0]?.Body ?? "{}").detail;
  };
}

test("a sweep by hand announces the window that has opened, and its audit record names who asked", async () => {
  const told = await nextEvent(renewalDueDetailType);
  const { certificate } = await enrolHolder(await cloud.operator(), "device-1", {
    tenant: "acme",
    profile: "short-lived",
  });
  // Short of the end of the certificate that the edge shows to the API.
  cloud.advance(18 * dayMs);
  const answer = await run("sweep-due");
  expect(answer).toMatchObject({ status: 202, body: { job: "sweep-due" } });
  const detail = renewalDueSchema.strict().parse(await told());
  expect(detail).toMatchObject({ certificate: certificate.id, tenant: "acme", holder: "device-1" });
  const { body } = await callApi(await cloud.operator(), { path: "/v1/audit?subject=sweep-due" });
  expect(body["records"]).toMatchObject([
    {
      action: "job.requested",
      requestId: answer.body["requestId"],
      actor: expect.stringMatching(/^operator:/),
    },
  ]);
});

// Those whose schedule comes round later than this test ends.
test.each(["age-out-pages", "reconcile-edge", "rotate-origin-certificate"])(
  "%s begins when it is asked for",
  async job => {
    expect(invoked).not.toContain(job);
    expect((await run(job)).status).toBe(202);
    await until(() => invoked.includes(job));
  },
);

test("what is no job is not found, and an operator without the scope starts none", async () => {
  expect(await run("publish-edge")).toMatchObject({ status: 404, body: { code: "resource.not_found" } });
  const token = await cloud.operatorToken(["certificates:read"]);
  const answer = await callApi(
    { ...cloud.access, token },
    { method: "POST", path: "/v1/jobs/sweep-due/runs" },
  );
  expect(answer).toMatchObject({ status: 403, body: { code: "caller.forbidden" } });
});
