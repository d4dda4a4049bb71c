// Zod schemas as JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. A schema with an id becomes a component.
import * as z from "zod";

export type JsonObject = Readonly<Record<string, unknown>>;

/** The named schemas met so far, by id. */
export type Components = Map<string, JsonObject>;

/**
 * As it goes over the wire, before defaults and transforms. An object is open unless its schema is strict: a response may
 * get new members, a request may not have unknown ones.
 */
export function toJsonSchema(schema: z.ZodType, components: Components): JsonObject {
  const { property } = propertiesOf(z.object({ property: schema }), components).properties;
  return property ?? {};
}

/** The members of an object schema, each by itself: parameters and headers are described one by one. */
export function propertiesOf(
  schema: z.ZodObject,
  components: Components,
): { readonly properties: Readonly<Record<string, JsonObject>>; readonly required: readonly string[] } {
  const {
    $defs = {},
    properties = {},
    required = [],
  } = z.toJSONSchema(schema, { io: "input", override: ({ jsonSchema }) => dropSafeBounds(jsonSchema) });
  for (const [id, definition] of Object.entries($defs)) {
    const { id: _, ...rest } = definition as JsonObject; // JSON Schema knows true and false too, which zod never writes for an id.
    components.set(id, toComponentReferences(rest));
  }
  return { properties: toComponentReferences(properties) as Record<string, JsonObject>, required };
}

/** Every integer is below 2^53; the document need not say so each time. */
function dropSafeBounds(schema: { minimum?: number; maximum?: number }): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

function toComponentReferences(value: object): JsonObject {
  const text = JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text);
}
