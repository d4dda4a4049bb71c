// Parsed JSON as a type, and the narrowing that pattern and event code share. Pure.

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

/** For values that come from JSON.parse: whatever is an object there and no array has JSON members only. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Array.isArray, which does not narrow a union with a readonly array. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
