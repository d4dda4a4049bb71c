// What a plan counts: the running tally of a count that may take several runs, and the counts that people read before
// they decide.
import type { CertificateState } from "#core/certificate/certificate.ts";
import { encodePage } from "#core/slot-page/encode.ts";
import { pageSize, slotState } from "#core/slot-page/page.ts";
import { serialKey } from "#core/slot-page/serial-key.ts";
import { pageKey, pageOf } from "#core/slot-page/slot.ts";
import type { PlanAction } from "./plan.ts";
import { countSlots, hasBit, type PlannedRange, type Selection } from "./selection.ts";
import type { CoveredRow } from "./selector.ts";

export type PlanCounts = {
  /** Those that would be refused, and are admitted or held now. */
  readonly certificates: number;
  /** All that the selector covers, with what is revoked or has expired already, and the successors. */
  readonly byState: Readonly<Record<CertificateState, number>>;
  /** `mostNamed` stands for that many or more; so with the lots. */
  readonly tenants: number;
  readonly lots: number;
  /** Of `certificates`: added because they succeed what was selected. */
  readonly successors: number;
  /** At the edge within the 24 hours before the plan. */
  readonly seenLastDay: number;
  /** Holders whose last active certificates go. */
  readonly holdersLeftWithNone: number;
  /** From how many certificates the two before were read; fewer than `certificates`: they are estimates. */
  readonly examined: number;
  /** Of the registry's index, to find them. */
  readonly rowsRead: number;
  /** Pages of the edge store that change. */
  readonly pages: number;
  /** Certificates of authorities without slots. */
  readonly serials: number;
  /** What these pages and serials take in the edge store, keys included, beside anything else that is refused there. */
  readonly storeBytes: number;
  readonly storeCalls: number;
  /** How long the CA is told in the background, at its rate; 0 of what it is not told. */
  readonly caSeconds: number;
};

/** Names that are told apart while counting. */
const mostNamed = 1_000;

/** As far as the count has come. It changes in place: a run goes through many thousand rows. */
export type Tally = {
  byState: Record<CertificateState, number>;
  /** Covered, and not refused for good yet. */
  selected: number;
  examined: number;
  seenLastDay: number;
  holdersLeftWithNone: number;
  /** Of the index. */
  rowsRead: number;
  /** Selected ones by tenant, for up to `mostNamed` of them. */
  tenants: Map<string, number>;
  /** `<tenant>/<lot>`. */
  lots: Set<string>;
};

export function emptyTally(): Tally {
  return {
    byState: { active: 0, held: 0, superseded: 0, revoked: 0, expired: 0 },
    selected: 0,
    examined: 0,
    seenLastDay: 0,
    holdersLeftWithNone: 0,
    rowsRead: 0,
    tenants: new Map(),
    lots: new Set(),
  };
}

const openStates = {
  revoke: ["active", "held", "superseded"],
  hold: ["active", "superseded"],
  distrust: ["active", "held", "superseded"],
  floor: ["active", "held", "superseded"],
} as const satisfies Record<PlanAction, readonly CertificateState[]>;

/** Whether the action changes anything for the certificate: nobody presents one that has expired. */
export function isOpenTo(action: PlanAction, { state, notAfter }: CoveredRow, now: Date): boolean {
  return (openStates[action] as readonly CertificateState[]).includes(state) && now < notAfter;
}

/** Counts one selected certificate's tenant and lot. */
export function nameOwner({ tenants, lots }: Tally, { tenant, lot }: CoveredRow): void {
  if (tenants.has(tenant) || tenants.size < mostNamed) tenants.set(tenant, (tenants.get(tenant) ?? 0) + 1);
  if (lot !== undefined && lots.size < mostNamed) lots.add(`${tenant}/${lot}`);
}

/** Private CA's documented rate of RevokeCertificate. */
const caRevocationsPerSecond = 20;
/** UpdateKeys' own limit. */
const keysPerCall = 50;

export function countsOf(tally: Tally, selection: Selection, action: PlanAction): PlanCounts {
  const named = countSlots(selection);
  // Ranges are whole blocks: their certificates were counted row by row, and have no successors outside.
  const slots = selection.ranges.length > 0 ? tally.selected : named;
  const store = storeCost(selection);
  const serials = selection.serials.length;
  return {
    certificates: slots + serials,
    byState: tally.byState,
    tenants: tally.tenants.size,
    lots: tally.lots.size,
    successors: Math.max(0, slots - tally.selected),
    seenLastDay: tally.seenLastDay,
    holdersLeftWithNone: tally.holdersLeftWithNone,
    examined: tally.examined,
    rowsRead: tally.rowsRead,
    pages: store.pages,
    serials,
    storeBytes: store.bytes,
    storeCalls: Math.ceil((store.pages + serials) / keysPerCall),
    caSeconds: action === "revoke" ? Math.ceil(slots / caRevocationsPerSecond) : 0,
  };
}

function storeCost({ ranges, pages, serials }: Selection): {
  readonly pages: number;
  readonly bytes: number;
} {
  const valueBytes = new Map<string, number>();
  for (const range of ranges) {
    for (let page = pageOf(range.first); page <= pageOf(range.last); page += 1) {
      valueBytes.set(pageKey(range.authorityId, page), bytesOfRange(range, page));
    }
  }
  for (const { authorityId, page, slots } of pages) {
    const states = Uint8Array.from({ length: pageSize }, (_, offset) => Number(hasBit(slots, offset)));
    valueBytes.set(pageKey(authorityId, page), encodePage(states).length);
  }
  const pageBytes = [...valueBytes].reduce((sum, [key, bytes]) => sum + key.length + bytes, 0);
  const serialBytes = serials.reduce(
    (sum, { authorityId, serial }) => sum + serialKey(authorityId, serial).length + 1,
    0,
  );
  return { pages: valueBytes.size, bytes: pageBytes + serialBytes };
}

function bytesOfRange({ first, last }: PlannedRange, page: number): number {
  const start = page * pageSize;
  const states = new Uint8Array(pageSize);
  states.fill(slotState.revoked, Math.max(0, first - start), Math.min(pageSize, last - start + 1));
  return encodePage(states).length;
}
