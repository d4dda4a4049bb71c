// The bus, its rules and targets, made by the SDK calls that a real account needs. Repeating them changes nothing.
import {
  CreateEventBusCommand,
  DescribeEventBusCommand,
  type EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { type BusRule, busRules } from "#functions/catalogue/rules.ts";
import { functionArn } from "../lambda/function-definition.ts";
import { accountId, busName, deadLetterQueue, queueArn, queueNames, region } from "./settings.ts";

export async function putBusRules(client: EventBridgeClient): Promise<void> {
  const exists = await client.send(new DescribeEventBusCommand({ Name: busName })).then(
    () => true,
    () => false,
  );
  if (!exists) await client.send(new CreateEventBusCommand({ Name: busName }));
  for (const { name, bus = busName, pattern, target: toStart, inputPath } of busRules) {
    await client.send(
      new PutRuleCommand({ Name: name, EventBusName: bus, EventPattern: JSON.stringify(pattern) }),
    );
    const target = {
      Id: "target",
      Arn: arnOf(toStart),
      DeadLetterConfig: { Arn: queueArn(deadLetterQueue) },
      ...(inputPath === undefined ? {} : { InputPath: inputPath }),
    };
    await client.send(new PutTargetsCommand({ Rule: name, EventBusName: bus, Targets: [target] }));
  }
}

function arnOf(target: BusRule["target"]): string {
  return "function" in target
    ? functionArn(region, accountId, target.function)
    : queueArn(queueNames[target.queue]);
}
