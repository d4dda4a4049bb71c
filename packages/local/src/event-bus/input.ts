// The requests of the EventBridge API (2015-10-07) as schemas: members, lengths and patterns of the API model.
import * as z from "zod";
import { choice, list, text, whole } from "../pca/input/constraint.ts";

const busName = text(1, 256, "[/\\.\\-_A-Za-z0-9]+");
const busNameOrArn = text(
  1,
  1600,
  "(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus\\/)?[/\\.\\-_A-Za-z0-9]+",
);
const ruleName = text(1, 64, "[\\.\\-_A-Za-z0-9]+");
const targetId = text(1, 64, "[\\.\\-_A-Za-z0-9]+");
const roleArn = text(1, 1600).optional();
const page = { NextToken: text(1, 2048).optional(), Limit: whole(1, 100).optional() };
const ofRule = { EventBusName: busNameOrArn.optional() };

export const createEventBusInput = z.object({ Name: busName, Description: text(0, 512).optional() });
export const describeEventBusInput = z.object({ Name: busNameOrArn.optional() });
export const deleteEventBusInput = z.object({ Name: busName });
export const listEventBusesInput = z.object({ NamePrefix: busName.optional(), ...page });

export const putRuleInput = z.object({
  Name: ruleName,
  ...ofRule,
  EventPattern: text(0, 4096).optional(),
  ScheduleExpression: text(0, 256).optional(),
  State: choice(["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"]).optional(),
  Description: text(0, 512).optional(),
  RoleArn: roleArn,
});
export const ruleInput = z.object({ Name: ruleName, ...ofRule });
export const listRulesInput = z.object({ NamePrefix: ruleName.optional(), ...ofRule, ...page });
export const testEventPatternInput = z.object({ EventPattern: text(0, 4096), Event: z.string() });

const target = z.object({
  Id: targetId,
  Arn: text(1, 1600),
  RoleArn: roleArn,
  Input: text(0, 8192).optional(),
  InputPath: text(0, 256).optional(),
  InputTransformer: z.unknown().optional(),
  SqsParameters: z.object({ MessageGroupId: text(0, 100).optional() }).optional(),
  DeadLetterConfig: z.object({ Arn: text(1, 1600).optional() }).optional(),
  RetryPolicy: z
    .object({
      MaximumRetryAttempts: whole(0, 185).optional(),
      MaximumEventAgeInSeconds: whole(60, 86_400).optional(),
    })
    .optional(),
});
/** One target of a rule, as PutTargets takes it and ListTargetsByRule shows it. */
export type Target = z.output<typeof target>;

export const putTargetsInput = z.object({ Rule: ruleName, ...ofRule, Targets: list(target, 1, 100) });
export const removeTargetsInput = z.object({ Rule: ruleName, ...ofRule, Ids: list(targetId, 1, 100) });
export const listTargetsInput = z.object({ Rule: ruleName, ...ofRule, ...page });

const entry = z.object({
  /** Epoch seconds, up to the last one that has four digits in its year. */
  Time: z.number().min(0).max(253_402_300_799).optional(),
  Source: z.string().optional(),
  Resources: z.array(text(0, 2048)).optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: busNameOrArn.optional(),
  TraceHeader: text(1, 500).optional(),
});
export type PutEventsEntry = z.output<typeof entry>;
export const putEventsInput = z.object({ Entries: list(entry, 1, 10) });
