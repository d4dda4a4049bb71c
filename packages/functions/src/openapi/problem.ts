// Problems in the document: one schema for all, and per route and status the codes that may come.
import * as z from "zod";
import type { Code } from "#core/error.ts";
import { problemCodes, statusOf, titleOf } from "../http/problem.ts";
import { type Components, type JsonObject, toJsonSchema } from "./json-schema.ts";

const findingSchema = z
  .object({
    code: z.string(),
    detail: z.string(),
    pointer: z.string().meta({ description: "JSON Pointer into the request body; empty for the whole" }),
  })
  .meta({ id: "Finding" });

/** RFC 9457, with `code` and `errors` of our own. */
const problemSchema = z
  .object({
    type: z.string().meta({ description: "`/problems/{code}`, which can be fetched" }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().meta({ description: "`urn:edgecert:request:` and the request's id" }),
    code: z.enum(problemCodes as [Code, ...Code[]]), // There is at least one, which `Object.keys` does not say.
    errors: z.array(findingSchema).optional(),
  })
  .meta({ id: "Problem" });

const problemType = "application/problem+json";

/** By status: what it means, and the content with the codes that are possible. */
export function problemResponses(
  codes: readonly Code[],
  components: Components,
): ReadonlyMap<number, { readonly description: string; readonly content: JsonObject }> {
  const all = toJsonSchema(problemSchema, components);
  const responses = new Map<number, { readonly description: string; readonly content: JsonObject }>();
  for (const status of new Set(codes.map(statusOf))) {
    const here = [...new Set(codes)].filter(code => statusOf(code) === status).sort();
    const schema = { ...all, properties: { status: { const: status }, code: { enum: here } } };
    responses.set(status, {
      description: here.map(code => `\`${code}\`: ${titleOf(code)}.`).join(" "),
      content: { [problemType]: { schema } },
    });
  }
  return responses;
}
