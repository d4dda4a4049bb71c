// Lists certificates page by page, with bounded work per call: a filter that few rows pass gets fewer answers a call, and
// a cursor to go on with.
import type { Caller } from "#core/caller.ts";
import { assert } from "#core/error.ts";
import { checksFor } from "./checks.ts";
import { digestOf, type Place, readCursor, writeCursor } from "./cursor.ts";
import type { ListedCertificate, ListFilter, ListingRegistry, Segment } from "./listing.ts";
import { scopeOf, sourceOf } from "./scope.ts";
import { segmentsOf } from "./segments.ts";

export type ListDeps = { readonly registry: ListingRegistry; readonly now: () => Date };

export type ListInput = {
  readonly caller: Caller;
  readonly filter: ListFilter;
  readonly limit: number;
  readonly cursor: string | undefined;
};

/** With `next` there may be more, even where `certificates` is empty; without it the listing is complete. */
export type Listing = {
  readonly certificates: readonly ListedCertificate[];
  readonly next: string | undefined;
};

/** Per call. 2,000 rows of an index are about 110 read units; 25 queries take a fraction of a second. */
export const mostRows = 2_000;
export const mostQueries = 25;

/** Rows of a query whose answers are still to be checked. */
const rowsPerCheckedQuery = 500;

/** Refuses with `caller.forbidden`, or `request.malformed` for a cursor of another query or a filter without an index. */
export async function listCertificates(deps: ListDeps, input: ListInput): Promise<Listing> {
  const filter = scopeOf(input.caller, input.filter);
  if (filter === "nothing") return { certificates: [], next: undefined };
  const source = sourceOf(filter);
  assert(source !== undefined, "a filter in scope has a source");
  const digest = await digestOf(filter);
  const segments = await segmentsOf(deps.registry, source, filter, deps.now());
  const from = input.cursor === undefined ? undefined : readCursor(input.cursor, digest, segments);
  const checks = checksFor(filter, source);
  // One more than is wanted tells whether there is more.
  const rowsPerQuery = checks.length > 0 ? rowsPerCheckedQuery : input.limit + 1;

  const certificates: ListedCertificate[] = [];
  for await (const step of walk(deps.registry, segments, from, rowsPerQuery)) {
    if (step.kind === "spent" || certificates.length === input.limit)
      return { certificates, next: writeCursor(digest, step.place) };
    if (checks.every(check => check(step.certificate))) certificates.push(step.certificate);
  }
  return { certificates, next: undefined };
}

/** `place`: all before it has been looked at. `spent`: the call's share of work is done. */
type Step =
  | { readonly kind: "row"; readonly certificate: ListedCertificate; readonly place: Place }
  | { readonly kind: "spent"; readonly place: Place };

async function* walk(
  registry: ListingRegistry,
  segments: readonly Segment[],
  from: Place | undefined,
  rowsPerQuery: number,
): AsyncGenerator<Step> {
  let rowsLeft = mostRows;
  let queriesLeft = mostQueries;
  const begin = from === undefined ? 0 : segments.indexOf(from.segment);
  for (const segment of segments.slice(begin)) {
    let place: Place = segment === from?.segment ? from : { segment, after: undefined };
    for (let ended = false; !ended; ) {
      if (rowsLeft === 0 || queriesLeft === 0) yield { kind: "spent", place };
      const answer = await registry.readSegment(segment, place.after, Math.min(rowsPerQuery, rowsLeft));
      queriesLeft -= 1;
      rowsLeft -= answer.rows.length;
      for (const { position, certificate } of answer.rows) {
        yield { kind: "row", certificate, place };
        place = { segment, after: position };
      }
      ended = answer.ended;
    }
  }
}
