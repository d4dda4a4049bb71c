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
import { functionArn } from "../lambda/function-definition.ts";
import { accountId, busName, caRevocationQueue, deadLetterQueue, queueArn, region } from "./settings.ts";

const rules = [
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
] as const;

export async function putBusRules(client: EventBridgeClient): Promise<void> {
  const exists = await client.send(new DescribeEventBusCommand({ Name: busName })).then(
    () => true,
    () => false,
  );
  if (!exists) await client.send(new CreateEventBusCommand({ Name: busName }));
  for (const { name, pattern, targetArn } of rules) {
    await client.send(
      new PutRuleCommand({ Name: name, EventBusName: busName, EventPattern: JSON.stringify(pattern) }),
    );
    const target = { Id: "target", Arn: targetArn, DeadLetterConfig: { Arn: queueArn(deadLetterQueue) } };
    await client.send(new PutTargetsCommand({ Rule: name, EventBusName: busName, Targets: [target] }));
  }
}
