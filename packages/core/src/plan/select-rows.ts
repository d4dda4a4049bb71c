// Where a plan finds its certificates: few of them by name, strongly consistent; the others by walking the registry's
// index, a stretch at a time.
import { isManaged } from "#core/authority/authority.ts";
import { isKnown } from "#core/authority/lot.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { assert, fail } from "#core/error.ts";
import type { ListedCertificate, Segment } from "#core/listing/listing.ts";
import { sourceOf } from "#core/listing/scope.ts";
import { labelOf, segmentsOf } from "#core/listing/segments.ts";
import type { WalkPlace } from "#core/rotation/waves/rotation.ts";
import { walkToRows } from "#core/rotation/waves/walk.ts";
import { severalAtOnce } from "#core/several-at-once.ts";
import type { PlanOrder } from "./plan.ts";
import type { PlanRegistry } from "./ports.ts";
import type { PlannedSerial } from "./selection.ts";
import type { PlanScope, PlanSelector } from "./selector.ts";

export type Named = {
  readonly certificates: readonly Certificate[];
  readonly serials: readonly PlannedSerial[];
};

/** Undefined for a selector whose certificates are walked. */
export async function findNamed(registry: PlanRegistry, selector: PlanSelector): Promise<Named | undefined> {
  switch (selector.kind) {
    case "certificate": {
      const { serial, authorityId } = selector;
      const authority = (await registry.listAuthorities()).find(({ id }) => id === authorityId);
      // Of a CA whose certificates we do not know, the serial is all there is.
      if (authority !== undefined && !isManaged(authority))
        return { certificates: [], serials: [{ authorityId: authority.id, serial }] };
      return named(await registry.findBySerial(serial, authorityId));
    }
    case "sha256":
      return named(await registry.findBySha256(selector.sha256));
    case "holder":
      return named(await registry.findByHolder(selector.tenant, selector.holder));
    case "key":
      return named(await registry.findByKey(selector.spkiSha256));
    default:
      return undefined;
  }
}

function named(certificates: readonly Certificate[]): Named {
  return { certificates, serials: [] };
}

/** Refuses with `resource.not_found` what names nothing. A tenant is known by its certificates, a key may have none. */
export async function checkSelector(
  registry: PlanRegistry,
  { action, selector }: Pick<PlanOrder, "action" | "selector">,
): Promise<void> {
  if (selector.kind === "lots") {
    const lots = await Promise.all(selector.lots.map(lot => registry.readLot(selector.tenant, lot)));
    if (!lots.every(isKnown)) fail("resource.not_found", { kind: "lot" });
    return;
  }
  const scope = selector.kind === "issued" ? selector.scope : selector;
  if (scope.kind === "authority") {
    const found = (await registry.listAuthorities()).find(({ id }) => id === scope.authorityId);
    const isWhole = action === "distrust" || action === "floor";
    // Certificates of another CA than ours have no rows: only the authority as a whole can be refused.
    if (found === undefined || (!isWhole && !isManaged(found)))
      fail("resource.not_found", { kind: "authority" });
    return;
  }
  const found = await findNamed(registry, selector);
  if (found === undefined || selector.kind === "key") return;
  if (found.certificates.length + found.serials.length === 0)
    fail("resource.not_found", { kind: "certificate" });
}

/** In order; those that were there at an earlier call keep their order and their names. */
export async function segmentsOfPlan(
  registry: PlanRegistry,
  selector: PlanSelector,
  asOf: Date,
): Promise<readonly Segment[]> {
  switch (selector.kind) {
    case "lots": {
      const { tenant } = selector;
      const ofLots = selector.lots.map(lot => segmentsOf(registry, { kind: "lot", tenant, lot }, {}, asOf));
      return (await Promise.all(ofLots)).flat();
    }
    case "issued":
      return (await segmentsOf(registry, selector.scope, {}, asOf)).filter(segment =>
        mayHold(segment, selector.from, selector.to),
      );
    case "query": {
      const source = sourceOf(selector.filter);
      assert(source !== undefined, "a query names a tenant or an authority");
      return segmentsOf(registry, source, selector.filter, asOf);
    }
    case "tenant":
    case "authority":
      return segmentsOf(registry, selector satisfies PlanScope, {}, asOf);
    default:
      return [];
  }
}

function mayHold(segment: Segment, from: Date, to: Date): boolean {
  if (segment.kind !== "month") return true;
  const month = (date: Date): string => date.toISOString().slice(0, 7);
  return month(from) <= segment.month && segment.month <= month(to);
}

export type Stretch = {
  readonly rows: readonly ListedCertificate[];
  /** Undefined when there is nothing left. */
  readonly next: WalkPlace | undefined;
};

/** A page has 4,096 rows at most, 1.9 MB. */
const pagesAtOnce = 8;
/** A query reads 1 MB at most, some 2,300 rows. */
const rowsPerQuery = 5_000;

/** The rows from `place` on: whole pages, several at once, or one query of anything else. */
export async function readStretch(
  registry: PlanRegistry,
  segments: readonly Segment[],
  place: WalkPlace | undefined,
): Promise<Stretch> {
  const from = place === undefined ? 0 : segments.findIndex(segment => labelOf(segment) === place.segment);
  assert(from >= 0, "a place of the walk names a segment");
  const pages = segments.slice(from, from + pagesAtOnce);
  if (place?.after !== undefined || !pages.every(({ kind }) => kind === "page")) {
    const { rows, next } = await walkToRows(registry, segments, place, rowsPerQuery);
    return { rows: rows.map(({ certificate }) => certificate), next };
  }
  const read = await severalAtOnce(pages, pagesAtOnce, page => readWhole(registry, page));
  const following = segments[from + pages.length];
  return { rows: read.flat(), next: following === undefined ? undefined : { segment: labelOf(following) } };
}

async function readWhole(registry: PlanRegistry, segment: Segment): Promise<readonly ListedCertificate[]> {
  const certificates: ListedCertificate[] = [];
  let after: string | undefined;
  for (;;) {
    const { rows, ended } = await registry.readSegment(segment, after, rowsPerQuery);
    certificates.push(...rows.map(({ certificate }) => certificate));
    if (ended) return certificates;
    after = rows.at(-1)?.position ?? after;
  }
}
