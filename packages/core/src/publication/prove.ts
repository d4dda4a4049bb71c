// The proof: every certificate of the registry against what the edge store says of its slot, read with a decoder that
// shares nothing with the publisher's (invariants I5, I6). It repairs nothing; it says what the edge would answer.
import { hasStanding, isManaged, type ManagedAuthority } from "#core/authority/authority.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { refuses } from "#core/order/order.ts";
import { authorityKey } from "#core/slot-page/digest.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { referenceDecode } from "#core/slot-page/reference-decode.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import { consistentListing } from "./consistent-listing.ts";
import { expiredForMs } from "./desired.ts";
import type { EdgeStore, PublicationRegistry } from "./ports.ts";

/** A certificate as the index by slot shows it. */
export type PlacedCertificate = Pick<Certificate, "state" | "notAfter"> & {
  readonly id: string;
  readonly offset: number;
};

export type ProveDeps = {
  readonly registry: Pick<
    PublicationRegistry,
    "listAuthorities" | "readDeniedSlots" | "readOrders" | "readSlotOrders"
  >;
  readonly certificatesOfPage: (page: string) => Promise<readonly PlacedCertificate[]>;
  readonly store: Pick<EdgeStore, "list" | "read">;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly now: () => Date;
};

export type Proof = {
  /** Certificates, and burnt slots that may have one. */
  readonly checked: number;
  readonly refused: number;
  readonly admitted: number;
  /** Long past their dates: either answer is right, and the handshake refuses them anyway. */
  readonly expired: number;
  readonly pages: number;
  readonly wrong: number;
  /** At most 100 of the wrong ones: certificate ids, or `<page>+<offset>` for a slot without one. */
  readonly wrongNames: readonly string[];
  readonly seconds: number;
  /** The last page that was checked, when time ran out. Start the next run after it. */
  readonly stoppedAfter?: string;
};

/** Pages read at once; a page is three queries. */
const pagesAtOnce = 8;
const namesKept = 100;

/** What publications under way may need to arrive before a wrong answer is called one. */
const settleMs = 3_000;

type Verdict = "refused" | "admitted" | "expired" | "wrong";
type Checked = { readonly name: string; readonly verdict: Verdict };

/** Refuses with `edge_store.contended` or `edge_store.unavailable`. */
export async function proveEdge(
  deps: ProveDeps,
  run: { readonly until: Date; readonly after?: string },
): Promise<Proof> {
  const startedAt = deps.now().getTime();
  const { items } = await consistentListing(deps.store);
  const pages = (await deps.registry.listAuthorities()).filter(isManaged).flatMap(usedPages);
  const tally = newTally();
  const doubtful: UsedPage[] = [];
  let next = run.after === undefined ? 0 : pages.findIndex(({ key }) => key === run.after) + 1;
  for (; next < pages.length && deps.now() < run.until; next += pagesAtOnce) {
    const batch = pages.slice(next, next + pagesAtOnce);
    const results = await Promise.all(batch.map(page => checkPage(deps, page, async key => items.get(key))));
    for (const [index, page] of batch.entries()) {
      const checked = results[index] ?? [];
      if (checked.some(({ verdict }) => verdict === "wrong")) doubtful.push(page);
      else tally.add(checked);
    }
  }
  // Wrong means wrong twice: the listing and the registry are never read at the same moment.
  if (doubtful.length > 0) await deps.wait(settleMs);
  for (const page of doubtful) tally.add(await checkPage(deps, page, deps.store.read));
  const stoppedAfter = next < pages.length ? pages[next - 1]?.key : undefined;
  const seconds = (deps.now().getTime() - startedAt) / 1_000;
  return { ...tally.read(), seconds, ...(stoppedAfter === undefined ? {} : { stoppedAfter }) };
}

type UsedPage = { readonly key: string; readonly page: number; readonly authority: ManagedAuthority };

/** Certificates have slots that were handed out and that the authority's floor leaves alive. */
function usedPages(authority: ManagedAuthority): readonly UsedPage[] {
  const pages: UsedPage[] = [];
  for (
    let page = Math.floor(authority.firstLiveSlot / pageSize);
    page * pageSize < authority.nextSlot;
    page += 1
  )
    pages.push({ key: pageKey(authority.id, page), page, authority });
  return pages;
}

async function checkPage(
  { registry, certificatesOfPage, now }: ProveDeps,
  { key, page, authority }: UsedPage,
  read: EdgeStore["read"],
): Promise<readonly Checked[]> {
  const firstSlot = page * pageSize;
  const placed = await certificatesOfPage(key);
  const denied = new Map((await registry.readDeniedSlots(key)).map(row => [row.offset, row]));
  const ranges = await registry.readOrders(authority.id, firstSlot);
  const orders = [...ranges, ...(await registry.readSlotOrders(authority.id, page, page))];
  const judgedBySlot = (await read(await authorityKey(authority.issuerDn)))?.startsWith(`m ${authority.id} `);
  const decoded = judgedBySlot === true ? referenceDecode((await read(key)) ?? "") : undefined;
  // What the edge does without a record, a page or a readable value: it refuses.
  const bits = decoded ?? "1".repeat(pageSize);
  const check = (name: string, offset: number, mustRefuse: boolean, expired: boolean): Checked => {
    const refused = bits[offset] === "1" || firstSlot + offset < authority.firstLiveSlot;
    if (expired) return { name, verdict: "expired" };
    return { name, verdict: refused !== mustRefuse ? "wrong" : refused ? "refused" : "admitted" };
  };
  const ordered = (offset: number): boolean => orders.some(order => refuses(order, firstSlot + offset));
  const certificates = placed.map(({ id, offset, state, notAfter }) => {
    const individually = state === "revoked" || state === "held" || denied.has(offset);
    const expired = now().getTime() - notAfter.getTime() > expiredForMs;
    return check(id, offset, individually || ordered(offset) || !hasStanding(authority), expired);
  });
  const taken = new Set(placed.map(({ offset }) => offset));
  const unplaced = [...denied.values()].filter(
    ({ offset, state }) => state === "burnt" && !taken.has(offset),
  );
  return [...certificates, ...unplaced.map(({ offset }) => check(`${key}+${offset}`, offset, true, false))];
}

function newTally() {
  const counts: Record<Verdict, number> = { refused: 0, admitted: 0, expired: 0, wrong: 0 };
  const wrongNames: string[] = [];
  let pages = 0;
  return {
    add: (checked: readonly Checked[]): void => {
      pages += 1;
      for (const { name, verdict } of checked) {
        counts[verdict] += 1;
        if (verdict === "wrong" && wrongNames.length < namesKept) wrongNames.push(name);
      }
    },
    read: () => ({
      checked: counts.refused + counts.admitted + counts.expired + counts.wrong,
      ...counts,
      pages,
      wrongNames,
    }),
  };
}
