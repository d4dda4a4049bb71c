// The API model's constraints as schema parts, and AWS's wording for a request that breaks them.
import * as z from "zod";
import { AwsError } from "../../wire/aws-json.ts";

/** A string of `min` to `max` characters, the whole of which matches `pattern` (written as in the model). */
export function text(min: number, max: number, pattern?: string) {
  const bounded = z.string().min(min).max(max);
  if (pattern === undefined) return bounded;
  const whole = new RegExp(`^(?:${pattern})$`, "u");
  return bounded.refine(value => whole.test(value), {
    params: { constraint: `Member must satisfy regular expression pattern: ${pattern}` },
  });
}

/** Bytes, base64 on the wire, `min` to `max` of them. */
export function blob(min: number, max: number) {
  return z
    .base64()
    .transform(value => Buffer.from(value, "base64"))
    .refine(value => value.length >= min, {
      params: { constraint: `Member must have length greater than or equal to ${min}`, isBlob: true },
    })
    .refine(value => value.length <= max, {
      params: { constraint: `Member must have length less than or equal to ${max}`, isBlob: true },
    });
}

export const whole = (min: number, max: number) => z.int().min(min).max(max);
export const choice = <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values);
export const list = <T extends z.ZodType>(item: T, min: number, max: number) =>
  z.array(item).min(min).max(max);

/** Any Amazon Resource Name of the service. Whether it names something is the operation's question. */
export const arn = text(
  5,
  200,
  "arn:[\\w+=/,.@-]+:acm-pca:[\\w+=/,.@-]*:[0-9]*:[\\w+=,.@-]+(/[\\w+=,.@-]+)*",
);
export const objectIdentifier = text(0, 64, "([0-2])\\.([0-9]|([0-3][0-9]))((\\.([0-9]+)){0,126})");
export const idempotencyToken = text(1, 36, "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]*");

/**
 * Parses a request. Throws ValidationException naming every broken constraint, or SerializationException when a
 * member has another type than the model's.
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const given = withoutNulls(input);
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const wrongType = result.error.issues.find(issue => isWrongType(issue, given));
  if (wrongType !== undefined) {
    throw new AwsError("SerializationException", `Wrong type or encoding at '${memberPath(wrongType.path)}'`);
  }
  const findings = result.error.issues.map(issue => {
    const value = valueAt(given, issue.path);
    const constraint = value === undefined ? "Member must not be null" : constraintOf(issue);
    // Bytes are never quoted: they may be a private key.
    const isBlob = issue.code === "custom" && issue.params?.["isBlob"] === true;
    return `Value ${isBlob ? "(bytes)" : shown(value)} at '${memberPath(issue.path)}' failed to satisfy constraint: ${constraint}`;
  });
  const noun = findings.length === 1 ? "validation error" : "validation errors";
  throw new AwsError("ValidationException", `${findings.length} ${noun} detected: ${findings.join("; ")}`);
}

/** A null member is an absent one in this protocol. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

function isWrongType(issue: z.core.$ZodIssue, input: unknown): boolean {
  const present = valueAt(input, issue.path) !== undefined;
  if (issue.code === "invalid_format") return issue.format === "base64";
  // A string that is not in an enum is a broken constraint; a number there is another type.
  if (issue.code === "invalid_value") return present && typeof valueAt(input, issue.path) !== "string";
  return issue.code === "invalid_type" && present;
}

function constraintOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "too_small":
      return `Member must have ${measure(issue.origin)} greater than or equal to ${issue.minimum}`;
    case "too_big":
      return `Member must have ${measure(issue.origin)} less than or equal to ${issue.maximum}`;
    case "custom":
      return String(issue.params?.["constraint"]);
    case "invalid_value":
      return `Member must satisfy enum value set: [${issue.values.join(", ")}]`;
    default:
      return issue.message;
  }
}

const measure = (origin: string): string => (origin === "string" || origin === "array" ? "length" : "value");

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    // Any object can be read by a key it may not have; the result stays unknown.
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

/** `Tags[0].Key` is `tags.1.member.key` in the service's messages. */
function memberPath(path: readonly PropertyKey[]): string {
  return path
    .map(key =>
      typeof key === "number"
        ? `${key + 1}.member`
        : String(key).replace(/^[A-Z]/, first => first.toLowerCase()),
    )
    .join(".");
}

/** Cut short, so that a refused CSR does not fill somebody's log. */
function shown(value: unknown): string {
  if (value === undefined) return "null";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > 200 ? `'${text.slice(0, 200)}…'` : `'${text}'`;
}
