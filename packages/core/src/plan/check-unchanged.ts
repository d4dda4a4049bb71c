// Right before a plan is applied: does its selector mean more certificates by now than were counted? Fewer do no harm.
// What was named one by one, and what took few rows to find, is found again; of more, what is new is looked for.
import { isManaged } from "#core/authority/authority.ts";
import type { ListedCertificate, Segment } from "#core/listing/listing.ts";
import type { WalkPlace } from "#core/rotation/waves/rotation.ts";
import { walkToRows } from "#core/rotation/waves/walk.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { rangesOf } from "./count-plan.ts";
import { isOpenTo } from "./counts.ts";
import { examine, examinesAll } from "./examine.ts";
import type { Plan } from "./plan.ts";
import type { PlanRegistry } from "./ports.ts";
import { findNamed, segmentsOfPlan } from "./select-rows.ts";
import { type Selection, slotFinder } from "./selection.ts";
import { type CoveredRow, covers } from "./selector.ts";

/** Found again as a whole: some ten queries. */
const fewRows = 20_000;
/** Longer than a request for a certificate takes from its first to its last write, and than the index is behind. */
const settleMs = 600_000;
/** Of an authority: where its newest certificates are. */
const newestPages = 16;
const rowsPerQuery = 2_500;

/** How many open certificates, slots or serials fit the selector and are not in `selection`; a lower bound. */
export async function countAdded(
  registry: PlanRegistry,
  plan: Plan,
  selection: Selection,
  now: Date,
): Promise<number> {
  const { action, selector } = plan;
  if (action === "distrust" || action === "floor") return 0;
  if (selector.kind === "lots") return addedRanges(registry, plan, selection);
  const isNamed = slotFinder(selection);
  const isAdded = (row: CoveredRow): boolean =>
    covers(selector, row) && isOpenTo(action, row, now) && !isNamed(row.authorityId, row.slot);
  const found = await findNamed(registry, selector);
  if (found === undefined) return addedRows(registry, plan, isAdded, now);
  const samples = found.certificates.map(row => ({ row, weight: 1 }));
  const { successors } = examinesAll(plan) ? await examine(registry, plan, samples, now) : { successors: [] };
  return (
    found.certificates.filter(isAdded).length +
    successors.filter(({ authorityId, slot }) => !isNamed(authorityId, slot)).length
  );
}

/** A lot's certificates lie in its blocks, and every slot of these is in the plan: a new block is what may be added. */
async function addedRanges(registry: PlanRegistry, plan: Plan, { ranges }: Selection): Promise<number> {
  const known = new Set(ranges.map(({ authorityId, first, last }) => `${authorityId} ${first} ${last}`));
  const today = await rangesOf(registry, plan);
  return today
    .filter(({ authorityId, first, last }) => !known.has(`${authorityId} ${first} ${last}`))
    .reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

async function addedRows(
  registry: PlanRegistry,
  plan: Plan,
  isAdded: (row: CoveredRow) => boolean,
  now: Date,
): Promise<number> {
  const isFew = (plan.counts?.rowsRead ?? 0) <= fewRows;
  const since = plan.createdAt.getTime() - settleMs;
  const all = await segmentsOfPlan(registry, plan.selector, now);
  const segments = isFew ? all : await newestOf(registry, all);
  let place: WalkPlace | undefined;
  do {
    const { rows, next } = await walkToRows(registry, segments, place, rowsPerQuery);
    const added = rows.filter(({ certificate }) => isAdded(certificate)).length;
    // One is enough to refuse the plan.
    if (added > 0) return added;
    // Months are read from their newest certificate on: what comes after an old one is older.
    if (!isFew && isOlder(segments, rows.at(-1)?.certificate, since)) return 0;
    place = next;
  } while (place !== undefined);
  return 0;
}

function isOlder(segments: readonly Segment[], last: ListedCertificate | undefined, since: number): boolean {
  const isByTime = segments[0]?.kind === "month";
  return isByTime && last !== undefined && last.issuedAt.getTime() < since;
}

/** Slots are handed out upwards, so an authority's new certificates are in its last pages, but for long-lived lots'. */
async function newestOf(
  registry: Pick<PlanRegistry, "listAuthorities">,
  segments: readonly Segment[],
): Promise<readonly Segment[]> {
  const [first] = segments;
  if (first?.kind !== "page") return segments;
  const authority = (await registry.listAuthorities()).find(({ id }) => id === first.authorityId);
  if (authority === undefined || !isManaged(authority)) return segments;
  const from = Math.floor(authority.nextSlot / pageSize) - newestPages;
  return segments.filter(segment => segment.kind !== "page" || segment.page >= from);
}
