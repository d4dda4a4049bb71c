// What a route takes and answers, as data. The schemas that validate requests and type the presentations are the ones
// that docs/openapi.json is made of. A contract is pure: it reads nothing and depends on nothing in deps.
import type * as z from "zod";
import type { Scope } from "#core/caller.ts";
import type { Code } from "#core/error.ts";

export type RouteContract = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As API Gateway writes it: `/v1/certificates/{id}`. */
  readonly path: string;
  /** A few words, the first line of the route's documentation. */
  readonly summary: string;
  /** What the schemas cannot say. */
  readonly description?: string;
  readonly callers: Callers;
  /** One member per variable of the path; left out, each is any text. */
  readonly params?: z.ZodObject;
  /** The query string, whose values are texts. */
  readonly query?: z.ZodObject;
  /** Names in lower case. */
  readonly headers?: z.ZodObject;
  readonly body?: Content;
  readonly responses: Readonly<Record<number, ResponseContract>>;
  /** Beyond what `impliedProblems` says of every route of this shape. */
  readonly problems: readonly Code[];
};

/**
 * `anybody` has not been asked who they are. Otherwise at least one of the two: whose certificate may call (through
 * the edge, for objects of its own tenant), and the scope that an operator's token must hold.
 */
export type Callers =
  | "anybody"
  | { readonly certificate?: "any" | "factory" | "holder"; readonly operator?: Scope };

export type Content =
  | { readonly kind: "json"; readonly schema: z.ZodType }
  /** NDJSON: `schema` is each line's. */
  | { readonly kind: "lines"; readonly schema: z.ZodType }
  | { readonly kind: "text" | "bytes"; readonly mediaTypes: readonly [string, ...string[]] };

export type ResponseHeader = "cache-control" | "link" | "location" | "retry-after";

export type ResponseContract = {
  readonly description: string;
  /** The ones that matter to a caller; they may be absent. */
  readonly headers?: readonly ResponseHeader[];
  /** Left out: no body. */
  readonly content?: Content;
};

/** The problems that a route can answer because of its shape alone. */
export function impliedProblems({
  callers,
  query,
  headers,
  body,
}: Pick<RouteContract, "callers" | "query" | "headers" | "body">): readonly Code[] {
  // Who calls is looked up in the registry.
  const known: readonly Code[] = [
    "caller.unauthenticated",
    "caller.unverifiable",
    "caller.forbidden",
    "registry.unavailable",
  ];
  const parsed: readonly Code[] = ["request.malformed"];
  const bodied: readonly Code[] = ["request.too_large", "request.media_type_unsupported"];
  return [
    ...(callers === "anybody" ? [] : known),
    ...(query === undefined && headers === undefined && body === undefined ? [] : parsed),
    ...(body === undefined ? [] : bodied),
    "internal",
  ];
}
