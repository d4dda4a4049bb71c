// Event patterns as EventBridge rules and Lambda filter criteria use them: compiled once, matched many times. Pure.
// Operators of one value are in pattern-operator.ts; here are nesting, arrays in events, `exists` and `$or`.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import { isList, isObject, type Json, type JsonObject } from "./json.ts";
import {
  type Condition,
  conditionNames,
  invalidPattern,
  parseCondition,
  type Scalar,
} from "./pattern-operator.ts";

/** A compiled pattern: it matches where one of its alternatives (the expansion of its `$or`s) does. */
export type EventPattern = { readonly alternatives: readonly Field[] };

type Field = {
  readonly path: readonly string[];
  /** Each entry is one list of the pattern: satisfied by any of its conditions. */
  readonly demands: (readonly Condition[])[];
  readonly children: Map<string, Field>;
};

type Demand = { readonly path: readonly string[]; readonly conditions: readonly Condition[] };

// The documented bound on what the $or lists of one pattern may multiply to.
const maxAlternatives = 1000;

/** Compiles the JSON text of a pattern. Throws InvalidEventPatternException with the service's reason. */
export function compilePattern(text: string): EventPattern {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw invalidPattern(error instanceof Error ? error.message : "not JSON");
  }
  if (!isObject(parsed)) throw invalidPattern("Filter is not an object");
  return { alternatives: expandObject(parsed, []).map(toTree) };
}

/** Tells whether `event`, a parsed JSON value, matches. */
export function matchesPattern(pattern: EventPattern, event: Json): boolean {
  return pattern.alternatives.some(root => fieldsHold(root, event, event));
}

function expandObject(object: JsonObject, path: readonly string[]): readonly (readonly Demand[])[] {
  if (Object.keys(object).length === 0) throw invalidPattern("Empty objects are not allowed");
  let alternatives: readonly (readonly Demand[])[] = [[]];
  for (const [name, value] of Object.entries(object)) {
    const own = expandMember(name, value, path);
    if (alternatives.length * own.length > maxAlternatives) throw invalidPattern("Rule is too complex");
    alternatives = alternatives.flatMap(left => own.map(right => [...left, ...right]));
  }
  return alternatives;
}

function expandMember(name: string, value: Json, path: readonly string[]): readonly (readonly Demand[])[] {
  if (name === "$or" && isAlternation(value)) return value.flatMap(branch => expandObject(branch, path));
  // A dot in a name and a level of nesting are the same to the service, in patterns as in events.
  const own = [...path, ...name.split(".")];
  if (isObject(value)) return expandObject(value, own);
  if (!Array.isArray(value)) throw invalidPattern(`"${name}" must be an object or an array`);
  if (value.length === 0) throw invalidPattern("Empty arrays are not allowed");
  return [[{ path: own, conditions: value.map(parseCondition) }]];
}

/** `$or` is a field name like any other unless it holds two or more objects, none with an operator as its member. */
function isAlternation(value: Json): value is readonly JsonObject[] {
  return (
    Array.isArray(value) &&
    value.length > 1 &&
    value.every(branch => isObject(branch) && !Object.keys(branch).some(name => conditionNames.has(name)))
  );
}

function toTree(demands: readonly Demand[]): Field {
  const root = emptyField([]);
  for (const { path, conditions } of demands) {
    let field = root;
    for (const [depth, name] of path.entries()) {
      const child = field.children.get(name) ?? emptyField(path.slice(0, depth + 1));
      field.children.set(name, child);
      field = child;
    }
    field.demands.push(conditions);
  }
  return root;
}

function emptyField(path: readonly string[]): Field {
  return { path, demands: [], children: new Map() };
}

/**
 * Tells whether everything below `field` holds in `value`. Of an array of objects, one element must satisfy all of it:
 * a pattern never matches by mixing members of two elements.
 */
function fieldsHold(field: Field, value: Json | undefined, event: Json): boolean {
  if (Array.isArray(value)) {
    return value.some(element => fieldsHold(field, element, event)) || fieldsHold(field, undefined, event);
  }
  const members = isObject(value) ? undotted(value) : {};
  return [...field.children].every(([name, child]) => {
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    const demandsHold = child.demands.every(conditions => isSatisfied(conditions, child, member, event));
    return demandsHold && (child.children.size === 0 || fieldsHold(child, member, event));
  });
}

function isSatisfied(
  conditions: readonly Condition[],
  field: Field,
  value: Json | undefined,
  event: Json,
): boolean {
  const found = value === undefined ? [] : scalarsOf(value);
  return conditions.some(condition =>
    condition.kind === "absent" ? !hasScalar(event, field.path) : found.some(condition.accepts),
  );
}

/** The leaves of a value: only they count as present; objects and empty arrays are not matched by any condition. */
function scalarsOf(value: Json): readonly Scalar[] {
  if (isList(value)) return value.flatMap(scalarsOf);
  return isObject(value) ? [] : [value];
}

function hasScalar(value: Json | undefined, path: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some(element => hasScalar(element, path));
  const [name, ...rest] = path;
  if (name === undefined) return value !== undefined && scalarsOf(value).length > 0;
  if (!isObject(value)) return false;
  const members = undotted(value);
  return Object.hasOwn(members, name) && hasScalar(members[name], rest);
}

/** The same object with each dotted name as nesting; two spellings of one path become an array of both. */
function undotted(object: JsonObject): JsonObject {
  if (!Object.keys(object).some(name => name.includes("."))) return object;
  const members = new Map<string, Json>();
  for (const [name, value] of Object.entries(object)) {
    const [first = "", ...rest] = name.split(".");
    const nested = rest.reduceRight<Json>((inner, part) => ({ [part]: inner }), value);
    const other = members.get(first);
    members.set(first, other === undefined ? nested : [other, nested]);
  }
  return Object.fromEntries(members);
}
