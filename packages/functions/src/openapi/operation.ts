// One route's contract as an OpenAPI operation.
import * as z from "zod";
import {
  type Callers,
  type Content,
  impliedProblems,
  type ResponseContract,
  type ResponseHeader,
  type RouteContract,
} from "../http/contract.ts";
import { type Components, type JsonObject, propertiesOf, toJsonSchema } from "./json-schema.ts";
import { problemResponses } from "./problem.ts";

export function toOperation(
  operationId: string,
  contract: RouteContract,
  components: Components,
): JsonObject {
  const { summary, description, body } = contract;
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(contract.callers),
    parameters: parametersOf(contract, components),
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body, components) } }),
    responses: responsesOf(contract, components),
  };
}

/** OpenAPI 3.1 lets a requirement name roles for schemes other than OAuth 2: scopes, and the profile of a certificate. */
function securityOf(callers: Callers): readonly JsonObject[] {
  if (callers === "anybody") return [];
  const { certificate, operator } = callers;
  return [
    ...(certificate === undefined ? [] : [{ clientCertificate: certificate === "any" ? [] : [certificate] }]),
    ...(operator === undefined ? [] : [{ operatorToken: [operator] }]),
  ];
}

function parametersOf({ path, params, query, headers }: RouteContract, components: Components) {
  const variables = [...path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = ""]) => name);
  const pathSchema = params ?? z.object(Object.fromEntries(variables.map(name => [name, z.string()])));
  return [
    ...parametersIn("path", pathSchema, components),
    ...(query === undefined ? [] : parametersIn("query", query, components)),
    ...(headers === undefined ? [] : parametersIn("header", headers, components)),
  ];
}

function parametersIn(
  place: "path" | "query" | "header",
  schema: z.ZodObject,
  components: Components,
): readonly JsonObject[] {
  const { properties, required } = propertiesOf(schema, components);
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name: place === "header" ? headerName(name) : name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

/** Names are the same in any case; this is how they are written. */
export function headerName(lower: string): string {
  return lower.replace(/(?:^|-)[a-z]/g, letter => letter.toUpperCase());
}

/** The statuses whose refusals say when to try again. */
const comesBack: ReadonlySet<number> = new Set([429, 503]);

function responsesOf(contract: RouteContract, components: Components): JsonObject {
  const codes = [...contract.problems, ...impliedProblems(contract)];
  const problems = problemResponses(codes, components);
  const own = Object.entries<ResponseContract>(contract.responses);
  const responses: Record<string, JsonObject> = {};
  for (const [status, { description, content }] of problems)
    responses[status] = toResponse([description], content, comesBack.has(status) ? ["retry-after"] : []);
  for (const [status, { description, content, headers = [] }] of own) {
    const contents = content === undefined ? {} : contentOf(content, components);
    // Such as a 503 that is an answer in one case and a refusal in another.
    const problem = problems.get(Number(status));
    responses[status] =
      problem === undefined
        ? toResponse([description], contents, headers)
        : toResponse([description, problem.description], { ...contents, ...problem.content }, headers);
  }
  return { ...responses, default: { $ref: "#/components/responses/Gateway" } };
}

function toResponse(
  descriptions: readonly string[],
  content: JsonObject,
  headers: readonly ResponseHeader[],
): JsonObject {
  const references = headers.map(headerName).map(name => [name, { $ref: `#/components/headers/${name}` }]);
  return {
    description: descriptions.join(" "),
    ...(references.length === 0 ? {} : { headers: Object.fromEntries(references) }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  };
}

function contentOf(content: Content, components: Components): JsonObject {
  switch (content.kind) {
    case "json":
      return { "application/json": { schema: toJsonSchema(content.schema, components) } };
    case "lines": {
      const contentSchema = toJsonSchema(content.schema, components);
      const description = "NDJSON: `contentSchema` is each line's.";
      return { "application/x-ndjson": { schema: { type: "string", description, contentSchema } } };
    }
    case "text":
      return Object.fromEntries(content.mediaTypes.map(type => [type, { schema: { type: "string" } }]));
    case "bytes":
      // OpenAPI 3.1: bytes as they are have no schema.
      return Object.fromEntries(content.mediaTypes.map(type => [type, {}]));
  }
}
