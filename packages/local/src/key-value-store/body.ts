// Reads the JSON bodies of the data plane: the members of the API model and their types, nothing about quotas. Pure.
import { AwsError } from "../wire/aws-json.ts";
import { invalid } from "./limits.ts";

export type JsonRecord = Readonly<Record<string, unknown>>;

/** Throws SerializationException when the body is not a JSON object. */
export function parseBody(body: Buffer): JsonRecord {
  const parsed = jsonRecord(body);
  if (parsed === undefined)
    throw new AwsError("SerializationException", "The request body is not a JSON object.");
  return parsed;
}

/** The JSON object that `bytes` spell, or undefined for everything else. */
export function jsonRecord(bytes: Buffer): JsonRecord | undefined {
  try {
    const parsed: unknown = JSON.parse(bytes.toString("utf8"));
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** An optional list; absent and null are the empty list. */
export function listMember(name: string, list: unknown): readonly unknown[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new AwsError("SerializationException", `${name} must be a list.`);
  return list;
}

/** A required string of a structure. Throws ValidationException. */
export function textMember(name: "Key" | "Value", structure: unknown): string {
  const value = isRecord(structure) ? structure[name] : undefined;
  if (typeof value !== "string") throw invalid(`${name} must be provided as a string`);
  return value;
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
