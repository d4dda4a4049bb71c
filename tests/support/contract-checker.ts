// Holds every answer of a test cloud's API against the OpenAPI document: status, media type, and a body without a member
// that the document does not know. Clients must take new members; a test is where they are noticed.
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { openApiDocument } from "#functions/openapi/document.ts";
import type { GatewayResponse } from "#local/api-gateway/response.ts";

export type ContractChecker = {
  readonly onApiAnswer: (routeKey: string, response: GatewayResponse) => void;
  /** Throws with every answer so far that broke its contract. */
  readonly verify: () => void;
};

export function contractChecker(): ContractChecker {
  const violations = new Set<string>();
  return {
    onApiAnswer: (routeKey, response) => {
      const violation = violationOf(routeKey, response);
      if (violation !== undefined) violations.add(`${routeKey} ${response.status}: ${violation}`);
    },
    verify: () => {
      if (violations.size > 0) throw new Error(["answers outside their contract", ...violations].join("\n"));
    },
  };
}

type Schema = Readonly<Record<string, unknown>>;
type Response = { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
type Document = {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>>
  >;
};

const documentId = "openapi";
const validators = new Map<string, ValidateFunction>();
let opened: { readonly document: Document; readonly ajv: Ajv2020 } | undefined;

/** Made once per test process. */
function open(): { readonly document: Document; readonly ajv: Ajv2020 } {
  if (opened !== undefined) return opened;
  const document = closed(openApiDocument()) as Document; // The generator's own shape, which is plain JSON to types.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(document, documentId, false, false);
  opened = { document, ajv };
  return opened;
}

/** What is wrong with an answer; undefined when it is as documented. */
export function violationOf(
  routeKey: string,
  { status, headers, body }: GatewayResponse,
): string | undefined {
  const [method = "", path = ""] = routeKey.split(" ");
  const operation = open().document.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) return "the document has no such route";
  const type = headers.find(([name]) => name === "content-type")?.[1] ?? "";
  if (type === "application/json" && isGatewaysOwn(status, body)) return undefined;
  const response = operation.responses[status];
  if (response === undefined) return "the document has no such status";
  const media = response.content?.[type];
  if (media === undefined) {
    const isEmpty = response.content === undefined && body.length === 0;
    return isEmpty ? undefined : `the document has no ${type} here`;
  }
  const pointer = [
    "paths",
    path,
    method.toLowerCase(),
    "responses",
    String(status),
    "content",
    type,
    "schema",
  ];
  const text = body.toString("utf8");
  if (/[/+]json$/.test(type)) return violationIn(text, pointer);
  if (type !== "application/x-ndjson") return undefined;
  const lines = text.split("\n").filter(line => line !== "");
  return lines
    .map(line => violationIn(line, [...pointer, "contentSchema"]))
    .find(violation => violation !== undefined);
}

function violationIn(json: string, pointer: readonly string[]): string | undefined {
  const validate = validatorOf(pointer.map(escaped).join("/"));
  if (validate(JSON.parse(json))) return undefined;
  return open().ajv.errorsText(validate.errors, { dataVar: "body" });
}

/** Such as the 500 for a function that has died, which no function can write. */
function isGatewaysOwn(status: number, body: Buffer): boolean {
  return status >= 400 && /^\{"message":"[A-Z][A-Za-z ]+"\}$/.test(body.toString("utf8"));
}

function validatorOf(pointer: string): ValidateFunction {
  const known = validators.get(pointer) ?? open().ajv.compile({ $ref: `${documentId}#/${pointer}` });
  validators.set(pointer, known);
  return known;
}

/** RFC 6901 within a URI fragment. */
function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/** Every object schema refuses members that nothing names, unless it says what others are like. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closed(member)]));
  const isOpen = "properties" in copy && !("additionalProperties" in copy);
  return isOpen ? { ...copy, unevaluatedProperties: false } : copy;
}
