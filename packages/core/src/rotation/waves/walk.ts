// The walk over a rotation's certificates: what the selector covers, a few rows of the registry's index at a time, from a
// place that can be written down.
import { isManaged } from "#core/authority/authority.ts";
import { assert, fail } from "#core/error.ts";
import type { ListedRow, ListingRegistry, Segment } from "#core/listing/listing.ts";
import { labelOf, segmentsOf } from "#core/listing/segments.ts";
import type { Rotation, RotationSelector, WalkPlace } from "./rotation.ts";

export type WalkRegistry = Pick<ListingRegistry, "listAuthorities" | "readLotBlocks" | "readSegment">;

/** `next`: undefined when there is nothing left. */
export type WalkStep = { readonly rows: readonly ListedRow[]; readonly next: WalkPlace | undefined };

/** The segments in order; those that were there at an earlier call keep their order and their names. */
export function segmentsFor(
  registry: WalkRegistry,
  { selector, createdAt }: Pick<Rotation, "selector" | "createdAt">,
): Promise<readonly Segment[]> {
  // What is issued later is not covered, so no later month has anything.
  return segmentsOf(registry, selector, {}, createdAt);
}

/** Refuses with `resource.not_found` a selector that names nothing we issue from. A tenant is known by its certificates. */
export async function checkSelector(registry: WalkRegistry, selector: RotationSelector): Promise<void> {
  if (selector.kind === "lot") {
    const blocks = await registry.readLotBlocks(selector.tenant, selector.lot);
    if (blocks.length === 0) fail("resource.not_found", { kind: "lot" });
  }
  if (selector.kind === "authority") {
    const authorities = await registry.listAuthorities();
    const found = authorities.find(({ id }) => id === selector.authorityId);
    if (found === undefined || !isManaged(found)) fail("resource.not_found", { kind: "authority" });
  }
}

/** A tenant has a segment a month: a year without certificates is not worth a checkpoint each. */
const mostEmpty = 50;

/** At most `limit` rows from `place` on. None: there are none in the next segments, or at all. */
export async function walkToRows(
  registry: WalkRegistry,
  segments: readonly Segment[],
  place: WalkPlace | undefined,
  limit: number,
): Promise<WalkStep> {
  let step = await walkOn(registry, segments, place, limit);
  for (let empty = 1; empty < mostEmpty && step.rows.length === 0 && step.next !== undefined; empty += 1) {
    step = await walkOn(registry, segments, step.next, limit);
  }
  return step;
}

/** At most `limit` rows from `place` on; one query. */
export async function walkOn(
  registry: WalkRegistry,
  segments: readonly Segment[],
  place: WalkPlace | undefined,
  limit: number,
): Promise<WalkStep> {
  const index = place === undefined ? 0 : segments.findIndex(segment => labelOf(segment) === place.segment);
  assert(index >= 0, "a place of the walk names a segment");
  const segment = segments[index];
  if (segment === undefined) return { rows: [], next: undefined };
  const { rows, ended } = await registry.readSegment(segment, place?.after, limit);
  const following = segments[index + 1];
  if (ended) {
    return { rows, next: following === undefined ? undefined : { segment: labelOf(following) } };
  }
  const after = rows.at(-1)?.position ?? place?.after;
  return { rows, next: { segment: labelOf(segment), ...(after === undefined ? {} : { after }) } };
}
