// Operations on rules, and TestEventPattern.
import { parseInput } from "../../pca/input/constraint.ts";
import { AwsError, type Operation } from "../../wire/aws-json.ts";
import { parseTestEvent } from "../envelope.ts";
import { listRulesInput, putRuleInput, ruleInput, testEventPatternInput } from "../input.ts";
import { type Account, ruleArn } from "../names.ts";
import { pageOf } from "../page.ts";
import { compilePattern, matchesPattern } from "../pattern.ts";
import type { Rule, RuleBook } from "../rule-book.ts";
import { type Deps, knownBus, limitExceeded } from "./bus.ts";

// Default quota of a bus.
const maxRules = 300;

export function ruleOperations({ account, book }: Deps) {
  return {
    PutRule: input => putRule(account, book, input),
    DescribeRule: input => ({ ...shown(account, askedRule(book, input)), CreatedBy: account.accountId }),
    ListRules: input => {
      const request = parseInput(listRulesInput, input);
      const bus = knownBus(book, request.EventBusName);
      const matching = book.rules(bus.name).filter(rule => rule.name.startsWith(request.NamePrefix ?? ""));
      const { items, token } = pageOf(matching, rule => rule.name, request);
      return { Rules: items.map(rule => shown(account, rule)), ...token };
    },
    EnableRule: input => {
      book.putRule({ ...askedRule(book, input), state: "ENABLED" });
    },
    DisableRule: input => {
      book.putRule({ ...askedRule(book, input), state: "DISABLED" });
    },
    DeleteRule: input => {
      const { Name, EventBusName } = parseInput(ruleInput, input);
      const bus = knownBus(book, EventBusName);
      // Deleting a rule that is not there succeeds; one with targets must be emptied first.
      if (book.targets({ bus: bus.name, name: Name }).length > 0) {
        throw new AwsError("ValidationException", "Rule can't be deleted since it has targets.");
      }
      book.removeRule(bus.name, Name);
    },
    TestEventPattern: input => {
      const { EventPattern, Event } = parseInput(testEventPatternInput, input);
      const event = parseTestEvent(Event);
      return { Result: matchesPattern(compilePattern(EventPattern), event) };
    },
  } satisfies Record<string, Operation>;
}

/** The rule of a bus. Throws ResourceNotFoundException. */
export function knownRule(book: RuleBook, busNameOrArn: string | undefined, name: string): Rule {
  const bus = knownBus(book, busNameOrArn);
  const rule = book.rule(bus.name, name);
  if (rule === undefined) {
    throw new AwsError("ResourceNotFoundException", `Rule ${name} does not exist on EventBus ${bus.name}.`);
  }
  return rule;
}

function putRule(account: Account, book: RuleBook, input: unknown): { readonly RuleArn: string } {
  const request = parseInput(putRuleInput, input);
  const bus = knownBus(book, request.EventBusName);
  // Time-driven work is EventBridge Scheduler's; AWS calls scheduled rules a legacy feature.
  if (request.ScheduleExpression)
    throw new AwsError("ValidationException", "Parameter ScheduleExpression is not valid.");
  if (!request.EventPattern) {
    throw new AwsError(
      "ValidationException",
      "Parameter(s) EventPattern or ScheduleExpression must be specified.",
    );
  }
  compilePattern(request.EventPattern);
  if (book.rule(bus.name, request.Name) === undefined && book.rules(bus.name).length >= maxRules)
    throw limitExceeded();
  // An update replaces everything: what it leaves out goes back to the default. Targets stay.
  book.putRule({
    bus: bus.name,
    name: request.Name,
    pattern: request.EventPattern,
    state: request.State ?? "ENABLED",
    description: request.Description ?? null,
    roleArn: request.RoleArn ?? null,
  });
  return { RuleArn: ruleArn(account, bus.name, request.Name) };
}

function askedRule(book: RuleBook, input: unknown): Rule {
  const { Name, EventBusName } = parseInput(ruleInput, input);
  return knownRule(book, EventBusName, Name);
}

function shown(account: Account, rule: Rule) {
  return {
    Name: rule.name,
    Arn: ruleArn(account, rule.bus, rule.name),
    EventBusName: rule.bus,
    EventPattern: rule.pattern,
    State: rule.state,
    ...(rule.description === null ? {} : { Description: rule.description }),
    ...(rule.roleArn === null ? {} : { RoleArn: rule.roleArn }),
  };
}
