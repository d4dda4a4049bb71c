// Questions to a resource graph: what of a kind there is, and what a policy says.
import type { GraphResource } from "./resource-graph.ts";

export type Graph = readonly GraphResource[];
type Inputs = Readonly<Record<string, unknown>>;

export type Statement = {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

/** `kind` as Pulumi writes it, such as `aws:sqs/queue:Queue`. */
export function ofKind(graph: Graph, kind: string): readonly GraphResource[] {
  return graph.filter(({ type }) => type === kind);
}

/** The value at a path of inputs; undefined when any part of it is missing. */
export function at(inputs: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null) return undefined;
    // By the line above it has members.
    return (value as Inputs)[String(key)];
  }, inputs);
}

export function textAt(inputs: unknown, ...path: readonly (string | number)[]): string {
  return String(at(inputs, ...path) ?? "");
}

export function listAt(inputs: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const value = at(inputs, ...path);
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** The statements of a policy document in JSON, lists where IAM allows one value. */
export function statementsIn(policy: unknown): readonly Statement[] {
  return listAt(JSON.parse(String(policy)), "Statement").map(statement => ({
    ...(statement as Omit<Statement, "Action" | "Resource">),
    Action: listAt(statement, "Action").map(String),
    Resource: listAt(statement, "Resource").map(String),
  }));
}

/** Of the role of one function, or of another by its logical name. */
export function statementsOfRole(role: GraphResource): readonly Statement[] {
  return listAt(role.inputs, "inlinePolicies").flatMap(policy => statementsIn(at(policy, "policy")));
}
