// The opaque text with which a listing goes on. It holds a place within what the query may show anyway, and the digest of
// that query: whoever alters it gains nothing, and gets a refusal for what no listing has written.
import * as z from "zod";
import { fail } from "#core/error.ts";
import { sha256Fields } from "#core/sha256.ts";
import type { ListFilter, Segment } from "./listing.ts";
import { labelOf } from "./segments.ts";

/** `after` is the position of the last row that was looked at, undefined at the segment's beginning. */
export type Place = { readonly segment: Segment; readonly after: string | undefined };

/** Longer than any that is written: a label of 21 and a position of 90 characters. */
export const longestCursor = 256;

const partsSchema = z.tuple([z.string(), z.string(), z.string()]);

const positions = {
  holder: /^[a-z0-9]+-[0-9a-f]+$/,
  month: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[a-z0-9]+-[0-9a-f]+$/,
  page: /^[0-9a-f]{3}$/,
} as const satisfies Record<Segment["kind"], RegExp>;

export async function digestOf(filter: ListFilter): Promise<string> {
  const { tenant, holder, lot, authorityId, state, expiresBefore } = filter;
  const texts = [tenant, holder, lot, authorityId, state, expiresBefore?.toISOString()];
  return (await sha256Fields("list-1", ...texts.map(text => text ?? ""))).slice(0, 16);
}

export function writeCursor(digest: string, { segment, after }: Place): string {
  const text = btoa(JSON.stringify([digest, labelOf(segment), after ?? ""]));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Refuses with `request.malformed` all that was not written for the same query. */
export function readCursor(cursor: string, digest: string, segments: readonly Segment[]): Place {
  const [query, label, position] = partsOf(cursor);
  if (query !== digest) refuse("the cursor belongs to another query");
  const segment = segments.find(candidate => labelOf(candidate) === label);
  if (segment === undefined) return refuse("the cursor is none of this query's");
  if (position === "") return { segment, after: undefined };
  if (!positions[segment.kind].test(position)) refuse("the cursor is none of this query's");
  return { segment, after: position };
}

function partsOf(cursor: string): readonly [query: string, label: string, position: string] {
  try {
    return partsSchema.parse(JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    // Neither base64, nor JSON, nor three texts.
    return refuse("the cursor is none of ours");
  }
}

function refuse(detail: string): never {
  fail("request.malformed", { findings: [{ code: "cursor.malformed", detail, pointer: "" }] });
}
