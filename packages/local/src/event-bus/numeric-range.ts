// The numeric operator: `["=", 5]`, `[">", 0]`, `[">=", 0, "<", 10]`. Pure.
import type { Json } from "./json.ts";

// Numbers beyond are never compared by the service: it refuses them in patterns and does not match them in events.
const bound = 5e9;

const comparisons: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  "=": (value, limit) => value === limit,
  "<": (value, limit) => value < limit,
  "<=": (value, limit) => value <= limit,
  ">": (value, limit) => value > limit,
  ">=": (value, limit) => value >= limit,
};

/** The test that `operand` spells. Throws what `invalid` makes of the reason. */
export function parseNumericRange(
  operand: Json,
  invalid: (reason: string) => Error,
): (value: unknown) => boolean {
  if (!Array.isArray(operand)) throw invalid("Value of numeric must be an array.");
  const [first, second, extra] = pairs(operand);
  if (first === undefined) throw invalid("Invalid member in numeric match: ]");
  const lower = parseComparison(first, invalid);
  if (second === undefined) return value => isComparable(value) && lower(value);
  // A second bound must close the range that the first one opened from below.
  const opensBelow = first[0] === ">" || first[0] === ">=";
  if (!opensBelow || extra !== undefined) throw invalid("Too many elements in numeric expression");
  if (second[0] !== "<" && second[0] !== "<=")
    throw invalid(`Bad numeric range operator: ${String(second[0])}`);
  const upper = parseComparison(second, invalid);
  if (Number(first[1]) >= Number(second[1])) throw invalid("Bottom must be less than top");
  return value => isComparable(value) && lower(value) && upper(value);
}

function pairs(list: readonly Json[]): readonly (readonly [Json, Json | undefined])[] {
  return list.flatMap((operator, index) => (index % 2 === 0 ? [[operator, list[index + 1]] as const] : []));
}

function parseComparison(
  [operator, limit]: readonly [Json, Json | undefined],
  invalid: (reason: string) => Error,
): (value: number) => boolean {
  if (typeof operator !== "string") throw invalid(`Invalid member in numeric match: ${String(operator)}`);
  const compare = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined;
  if (compare === undefined) throw invalid(`Unrecognized numeric range operator: ${operator}`);
  if (typeof limit !== "number") throw invalid(`Value of ${operator} must be numeric`);
  if (!isComparable(limit)) throw invalid(`Value must be between -5.0E9 and 5.0E9, inclusive: ${limit}`);
  return value => compare(value, limit);
}

function isComparable(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= bound;
}
