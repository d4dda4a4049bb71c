// Paging: a token is opaque to the caller and names the position of the next item.
import { AwsError } from "../../wire/aws-json.ts";

const DEFAULT_PAGE = 100;

export type PageRequest = {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
};

/** Throws InvalidNextTokenException for a token that this server did not give. */
export function pageOf<T>(
  all: readonly T[],
  { MaxResults: size = DEFAULT_PAGE, NextToken: token }: PageRequest,
): { readonly items: readonly T[]; readonly NextToken: string | undefined } {
  const start = token === undefined ? 0 : positionIn(token);
  const end = start + size;
  return {
    items: all.slice(start, end),
    NextToken: end < all.length ? Buffer.from(`after:${end}`).toString("base64url") : undefined,
  };
}

function positionIn(token: string): number {
  const position = /^after:(\d{1,9})$/.exec(Buffer.from(token, "base64url").toString("latin1"))?.[1];
  if (position === undefined) throw new AwsError("InvalidNextTokenException", "The token is not valid.");
  return Number(position);
}
