// When a plan needs a second person: more certificates, or a larger share of a tenant's, than one person decides on
// (invariant I10, threat F5).
import type { ListingRegistry } from "#core/listing/listing.ts";
import { segmentsOf } from "#core/listing/segments.ts";
import type { WalkPlace } from "#core/rotation/waves/rotation.ts";
import { walkOn } from "#core/rotation/waves/walk.ts";
import type { Tally } from "./counts.ts";
import { isOpenTo } from "./counts.ts";
import type { PlanOrder } from "./plan.ts";

/** Beyond any of them, another than the author approves. */
export const approvalLimits = {
  certificates: 1_000,
  /** Of one tenant's certificates that the edge admits. */
  sharePercent: 10,
  /** So few of a tenant's are never too large a share: a tenant may have only three. */
  leastForShare: 10,
} as const;

export type ApprovalRegistry = Pick<ListingRegistry, "listAuthorities" | "readLotBlocks" | "readSegment">;

/** Why another has to approve, as sentences; none: nobody has to. */
export async function approvalNeeded(
  registry: ApprovalRegistry,
  order: PlanOrder,
  tally: Tally,
  certificates: number,
  now: Date,
): Promise<readonly string[]> {
  if (order.action === "distrust" || order.action === "floor") return ["It is about a whole authority."];
  const { certificates: most, sharePercent, leastForShare } = approvalLimits;
  // The shares need not be read: one reason is enough.
  if (certificates > most) return [`More than ${most} certificates.`];
  const reasons: string[] = [];
  for (const [tenant, selected] of tally.tenants) {
    if (selected <= leastForShare) continue;
    // With as many, the selected ones are within the share: there is no need to count on.
    const enough = Math.ceil((selected * 100) / sharePercent);
    const admitted = await countAdmitted(registry, order, tenant, enough, now);
    if (admitted < enough) reasons.push(`More than ${sharePercent} % of the certificates of ${tenant}.`);
  }
  return reasons;
}

/** A query reads 1 MB at most, some 2,500 rows. */
const rowsPerQuery = 2_500;

/** Stops at `enough`, which bounds the cost by what the plan selects. */
async function countAdmitted(
  registry: ApprovalRegistry,
  { action }: PlanOrder,
  tenant: string,
  enough: number,
  now: Date,
): Promise<number> {
  const segments = await segmentsOf(registry, { kind: "tenant", tenant }, {}, now);
  let count = 0;
  let place: WalkPlace | undefined;
  do {
    const { rows, next } = await walkOn(registry, segments, place, rowsPerQuery);
    count += rows.filter(({ certificate }) => isOpenTo(action, certificate, now)).length;
    place = next;
  } while (place !== undefined && count < enough);
  return count;
}
