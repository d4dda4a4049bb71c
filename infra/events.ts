// The bus, its archive, its rules, and who besides this account may report a compromise.
import { compromiseReportedDetailType } from "#core/event/compromise-reported.ts";
import { eventSource } from "#core/event/outgoing.ts";
import type { FunctionName } from "#functions/catalogue/function-catalogue.ts";
import { type BusRule, busRules } from "#functions/catalogue/rules.ts";
import type { QueueName } from "#functions/catalogue/triggers.ts";
import type { StageConfig } from "./config.ts";
import { logical, named } from "./names.ts";
import { allowRules } from "./queues.ts";

export function declareBus({ reporterAccounts }: StageConfig) {
  const bus = new aws.cloudwatch.EventBus("Bus", { name: named("bus") });
  new aws.cloudwatch.EventArchive("Archive", {
    name: named("archive"),
    eventSourceArn: bus.arn,
    retentionDays: 90,
  });
  if (reporterAccounts.length > 0) {
    new aws.cloudwatch.EventBusPolicy("Reporters", {
      eventBusName: bus.name,
      policy: $jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "ReportCompromise",
            Effect: "Allow",
            Principal: { AWS: reporterAccounts.map(id => `arn:aws:iam::${id}:root`) },
            Action: "events:PutEvents",
            Resource: bus.arn,
            Condition: {
              // Whoever may report must not be able to speak as edgecert itself.
              StringEquals: { "events:detail-type": compromiseReportedDetailType },
              StringNotEquals: { "events:source": eventSource },
            },
          },
        ],
      }),
    });
  }
  return bus;
}

type Targets = {
  readonly bus: aws.cloudwatch.EventBus;
  readonly functions: Readonly<Record<FunctionName, { readonly arn: $util.Output<string> }>>;
  readonly queues: Readonly<Record<QueueName, aws.sqs.Queue>>;
  readonly deadLetters: aws.sqs.Queue;
};

export function declareRules({ bus, functions, queues, deadLetters }: Targets): void {
  const rules = busRules.map(rule => ({ rule, declared: declareRule(bus, rule) }));
  for (const { rule, declared } of rules) {
    const { target, name, inputPath } = rule;
    const arn = "function" in target ? functions[target.function].arn : queues[target.queue].arn;
    new aws.cloudwatch.EventTarget(`${logical(name)}Target`, {
      rule: declared.name,
      eventBusName: busOf(rule, bus),
      targetId: name,
      arn,
      ...(inputPath === undefined ? {} : { inputPath }),
      retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
      deadLetterConfig: { arn: deadLetters.arn },
    });
    if (!("function" in target)) continue;
    new aws.lambda.Permission(`${logical(name)}RulePermission`, {
      action: "lambda:InvokeFunction",
      function: arn,
      principal: "events.amazonaws.com",
      sourceArn: declared.arn,
    });
  }
  allowRules(
    "DeadLetters",
    deadLetters,
    rules.map(({ declared }) => declared.arn),
  );
  for (const [queueName, queue] of Object.entries(queues)) {
    const feeding = rules.filter(({ rule: { target } }) => "queue" in target && target.queue === queueName);
    allowRules(
      logical(queueName),
      queue,
      feeding.map(({ declared }) => declared.arn),
    );
  }
}

function declareRule(bus: aws.cloudwatch.EventBus, rule: BusRule) {
  return new aws.cloudwatch.EventRule(`${logical(rule.name)}Rule`, {
    name: named(rule.name),
    eventBusName: busOf(rule, bus),
    eventPattern: JSON.stringify(rule.pattern),
  });
}

function busOf(rule: BusRule, bus: aws.cloudwatch.EventBus): $util.Input<string> {
  return rule.bus ?? bus.name;
}
