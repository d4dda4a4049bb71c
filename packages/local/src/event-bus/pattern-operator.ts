// The operators of event patterns on one value: prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric,
// cidr, exists, and plain equality. Refusals carry the service's own reasons. Pure.
import { AwsError } from "../wire/aws-json.ts";
import { parseAddressRange } from "./address-range.ts";
import { isObject, type Json } from "./json.ts";
import { parseNumericRange } from "./numeric-range.ts";
import { parseWildcard } from "./wildcard.ts";

export type Scalar = string | number | boolean | null;

/** `absent` is satisfied by a field without any value; every other condition needs a value that it accepts. */
export type Condition =
  | { readonly kind: "absent" }
  | { readonly kind: "value"; readonly accepts: (value: Scalar) => boolean };

export function invalidPattern(reason: string): AwsError {
  return new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${reason}`);
}

/** One element of a pattern's list. Throws InvalidEventPatternException. */
export function parseCondition(element: Json): Condition {
  if (Array.isArray(element))
    throw invalidPattern("Match value must be String, number, true, false, or null");
  if (!isObject(element)) return accepting(value => value === element);
  const [name, operand] = singleMember(element);
  const parse = operators.get(name);
  if (parse === undefined) throw invalidPattern(`Unrecognized match type ${name}`);
  return parse(operand);
}

const operators: ReadonlyMap<string, (operand: Json) => Condition> = new Map([
  ["exists", parseExists],
  ["prefix", operand => affix("prefix", operand, (text, end) => text.startsWith(end))],
  ["suffix", operand => affix("suffix", operand, (text, end) => text.endsWith(end))],
  ["equals-ignore-case", operand => onText(ignoringCase(requireText("equals-ignore-case", operand)))],
  ["wildcard", operand => onText(parseWildcard(requireText("wildcard", operand), invalidPattern))],
  ["numeric", operand => accepting(parseNumericRange(operand, invalidPattern))],
  ["cidr", parseCidr],
  ["anything-but", operand => accepting(parseAnythingBut(operand))],
] satisfies [string, (operand: Json) => Condition][]);

/** Names that make an object of a `$or` list an operator instead of a branch. */
export const conditionNames: ReadonlySet<string> = new Set(operators.keys());

function singleMember(object: { readonly [name: string]: Json }): readonly [string, Json] {
  const [first, second] = Object.entries(object);
  if (first === undefined) throw invalidPattern("Empty objects are not allowed");
  if (second !== undefined) throw invalidPattern("Only one key allowed in match expression");
  return first;
}

function accepting(accepts: (value: Scalar) => boolean): Condition {
  return { kind: "value", accepts };
}

function onText(accepts: (text: string) => boolean): Condition {
  return accepting(value => typeof value === "string" && accepts(value));
}

function requireText(operator: string, operand: Json): string {
  if (typeof operand !== "string") throw invalidPattern(`${operator} match pattern must be a string`);
  return operand;
}

function ignoringCase(text: string): (value: string) => boolean {
  const folded = text.toLowerCase();
  return value => value.toLowerCase() === folded;
}

function parseExists(operand: Json): Condition {
  if (typeof operand !== "boolean")
    throw invalidPattern("exists match pattern must be either true or false.");
  return operand ? accepting(() => true) : { kind: "absent" };
}

/** `{"prefix": "x"}` or `{"prefix": {"equals-ignore-case": "x"}}`; suffix likewise. */
function affix(operator: string, operand: Json, has: (text: string, end: string) => boolean): Condition {
  if (!isObject(operand)) {
    const end = requireText(operator, operand);
    return onText(text => has(text, end));
  }
  const [name, inner] = singleMember(operand);
  if (name !== "equals-ignore-case") throw invalidPattern(`${operator} match pattern must be a string`);
  const end = requireText("equals-ignore-case", inner).toLowerCase();
  return onText(text => has(text.toLowerCase(), end));
}

function parseCidr(operand: Json): Condition {
  // The service names another operator here; clients may compare the text.
  if (typeof operand !== "string") throw invalidPattern("prefix match pattern must be a string");
  return onText(parseAddressRange(operand, invalidPattern));
}

function parseAnythingBut(operand: Json): (value: Scalar) => boolean {
  if (isObject(operand)) return parseAnythingButOperator(...singleMember(operand));
  if (!Array.isArray(operand)) {
    if (typeof operand === "string" || typeof operand === "number") return value => value !== operand;
    throw invalidPattern("Value of anything-but must be an array or single string/number value.");
  }
  if (operand.length === 0) throw invalidPattern("Empty arrays are not allowed");
  if (!operand.every(entry => typeof entry === "string" || typeof entry === "number")) {
    throw invalidPattern("Inside anything but list, start|null|boolean is not supported.");
  }
  if (new Set(operand.map(entry => typeof entry)).size > 1) {
    throw invalidPattern(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
    );
  }
  const excluded = new Set<Scalar>(operand);
  return value => !excluded.has(value);
}

/** Excludes text that the inner operator accepts; what is no text is never excluded. */
function parseAnythingButOperator(name: string, operand: Json): (value: Scalar) => boolean {
  const parse = excludable[name];
  if (parse === undefined) throw invalidPattern(`Unsupported anything-but pattern: ${name}`);
  const list = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw invalidPattern("Empty arrays are not allowed");
  const excluded = list.map(parse);
  return value => typeof value !== "string" || !excluded.some(accepts => accepts(value));
}

const excludable: Readonly<Record<string, (operand: Json) => (text: string) => boolean>> = {
  prefix: operand => {
    const start = excludedAffix(operand);
    return text => text.startsWith(start);
  },
  suffix: operand => {
    const end = excludedAffix(operand);
    return text => text.endsWith(end);
  },
  "equals-ignore-case": operand => {
    if (typeof operand === "string") return ignoringCase(operand);
    throw invalidPattern(
      "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
    );
  },
  wildcard: operand => parseWildcard(requireText("wildcard", operand), invalidPattern),
};

function excludedAffix(operand: Json): string {
  if (isObject(operand)) {
    throw invalidPattern("Value of anything-but must be an array or single string/number value.");
  }
  if (typeof operand !== "string") throw invalidPattern("prefix/suffix match pattern must be a string");
  if (operand === "") throw invalidPattern("Null prefix/suffix not allowed");
  return operand;
}
