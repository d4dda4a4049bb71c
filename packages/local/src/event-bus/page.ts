// Paging of the List operations: a token is the name after which the next page starts. Pure.
import { AwsError } from "../wire/aws-json.ts";

export type PageRequest = { readonly Limit?: number | undefined; readonly NextToken?: string | undefined };
export type Page<T> = { readonly items: readonly T[]; readonly token: { readonly NextToken?: string } };

/** One page of `sorted`, which is in the order of `nameOf`. Throws ValidationException for a foreign token. */
export function pageOf<T>(sorted: readonly T[], nameOf: (item: T) => string, request: PageRequest): Page<T> {
  const after = request.NextToken === undefined ? "" : readToken(request.NextToken);
  const rest = sorted.filter(item => nameOf(item) > after);
  const items = rest.slice(0, request.Limit ?? 100);
  const last = items.at(-1);
  return {
    items,
    token: rest.length > items.length && last !== undefined ? { NextToken: toToken(nameOf(last)) } : {},
  };
}

const prefix = "after:";

function toToken(name: string): string {
  return Buffer.from(`${prefix}${name}`).toString("base64url");
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (!text.startsWith(prefix))
    throw new AwsError("ValidationException", "Parameter NextToken is not valid.");
  return text.slice(prefix.length);
}
