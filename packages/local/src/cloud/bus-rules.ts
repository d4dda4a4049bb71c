// The bus, its rules and targets, made by the SDK calls that a real account needs. Repeating them changes nothing.
import {
  CreateEventBusCommand,
  DescribeEventBusCommand,
  type EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { compromiseReportedDetailType } from "#core/event/compromise-reported.ts";
import { eventSource } from "#core/event/outgoing.ts";
import { jobNames, jobRequestedDetailType } from "#core/job/request-job.ts";
import { functionArn } from "../lambda/function-definition.ts";
import { accountId, busName, caRevocationQueue, deadLetterQueue, queueArn, region } from "./settings.ts";

type Rule = {
  readonly name: string;
  readonly pattern: unknown;
  readonly targetArn: string;
  /** Left out: the target gets the whole event. */
  readonly inputPath?: string;
};

const rules: readonly Rule[] = [
  {
    name: "compromise-reported",
    // Our own source never reports: what we emit must not come back to us.
    pattern: { "detail-type": [compromiseReportedDetailType], source: [{ "anything-but": eventSource }] },
    targetArn: functionArn(region, accountId, "compromise-reported"),
  },
  {
    name: "certificate-revoked",
    pattern: { "detail-type": ["Certificate Revoked"], source: [eventSource] },
    targetArn: queueArn(caRevocationQueue),
  },
  // Runs by hand, and runs that go on where the one before ran out of time.
  ...jobNames.map(job => ({
    name: `run-${job}`,
    pattern: { "detail-type": [jobRequestedDetailType], source: [eventSource], detail: { job: [job] } },
    targetArn: functionArn(region, accountId, job),
    inputPath: "$.detail",
  })),
];

export async function putBusRules(client: EventBridgeClient): Promise<void> {
  const exists = await client.send(new DescribeEventBusCommand({ Name: busName })).then(
    () => true,
    () => false,
  );
  if (!exists) await client.send(new CreateEventBusCommand({ Name: busName }));
  for (const { name, pattern, targetArn, inputPath } of rules) {
    await client.send(
      new PutRuleCommand({ Name: name, EventBusName: busName, EventPattern: JSON.stringify(pattern) }),
    );
    const target = {
      Id: "target",
      Arn: targetArn,
      DeadLetterConfig: { Arn: queueArn(deadLetterQueue) },
      ...(inputPath === undefined ? {} : { InputPath: inputPath }),
    };
    await client.send(new PutTargetsCommand({ Rule: name, EventBusName: busName, Targets: [target] }));
  }
}
