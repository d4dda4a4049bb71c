// IAM's evaluation of a role's statements, as far as these statements go: allow by action, resource and condition;
// whatever no statement allows is denied. An operator that is not known here matches nothing.
import type { Statement } from "#functions/catalogue/policy.ts";

/** One action on one resource, with the condition keys that the request carries. */
export type Permission = {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
};

export type Policy = (permission: Permission) => boolean;

type Matcher = (value: string) => boolean;
type Rule = { readonly resource: Matcher; readonly holds: (context: Permission["context"]) => boolean };

/** Statements are read once; a permission is then a look-up and a few comparisons. */
export function policyOf(statements: readonly Statement[]): Policy {
  const rules = new Map<string, Rule[]>();
  for (const { Action, Resource, Condition = {} } of statements) {
    const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => conditionOf(operator, key, values)),
    );
    const rule = {
      resource: anyOf(Resource),
      holds: (context: Permission["context"]) => conditions.every(condition => condition(context ?? {})),
    };
    for (const action of Action) rules.set(action, [...(rules.get(action) ?? []), rule]);
  }
  return ({ action, resource, context }) =>
    (rules.get(action) ?? []).some(rule => rule.resource(resource) && rule.holds(context));
}

type Condition = (context: NonNullable<Permission["context"]>) => boolean;

function conditionOf(operator: string, key: string, values: readonly string[]): Condition {
  if (operator === "StringEquals") {
    // A key that the request does not carry equals nothing.
    return context => context[key]?.some(value => values.includes(value)) ?? false;
  }
  if (operator === "ForAllValues:StringLike") {
    const like = anyOf(values);
    // IAM: a set without values has none that does not match.
    return context => (context[key] ?? []).every(like);
  }
  return () => false;
}

function anyOf(patterns: readonly string[]): Matcher {
  const matchers = patterns.map(matcherOf);
  return value => matchers.some(matches => matches(value));
}

/** `*` stands for any text, as in StringLike and in a resource. */
export function matcherOf(pattern: string): Matcher {
  const [head = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return value => value === pattern;
  if (rest.length === 1 && rest[0] === "") return value => value.startsWith(head);
  const escaped = pattern.split("*").map(part => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${escaped.join(".*")}$`, "s");
  return value => expression.test(value);
}
