// A listing registry in memory: certificates by the same three segments, a counter of queries, and answers of a set size.
import type { Authority } from "#core/authority/authority.ts";
import type { LotBlock } from "#core/authority/block.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { ListedRow, ListingRegistry, Segment } from "#core/listing/listing.ts";
import { offsetOf, pageOf } from "#core/slot-page/slot.ts";

export type FakeListing = ListingRegistry & { readonly queries: Segment[] };

export function fakeListingRegistry(world: {
  readonly certificates: readonly Certificate[];
  readonly authorities?: readonly Authority[];
  readonly blocks?: readonly LotBlock[];
}): FakeListing {
  const { certificates, authorities = [], blocks = [] } = world;
  const queries: Segment[] = [];
  return {
    queries,
    listAuthorities: async () => authorities,
    readLotBlocks: async (tenant, lot) =>
      blocks.filter(({ owner }) => owner.tenant === tenant && owner.lot === lot),
    readSegment: async (segment, after, limit) => {
      queries.push(segment);
      const newestFirst = segment.kind === "month";
      const rows = certificates
        .flatMap(certificate => rowIn(segment, certificate))
        .sort((a, b) => (a.position < b.position === newestFirst ? 1 : -1))
        .filter(({ position }) => after === undefined || position < after === newestFirst)
        .filter(({ position }) => position !== after);
      return { rows: rows.slice(0, limit), ended: rows.length <= limit };
    },
  };
}

function rowIn(segment: Segment, certificate: Certificate): readonly ListedRow[] {
  const { id, tenant, holder, authorityId, slot } = certificate;
  const issuedAt = certificate.issuedAt.toISOString();
  switch (segment.kind) {
    case "holder":
      return tenant === segment.tenant && holder === segment.holder ? [{ position: id, certificate }] : [];
    case "month":
      return tenant === segment.tenant && issuedAt.startsWith(segment.month)
        ? [{ position: `${issuedAt}#${id}`, certificate }]
        : [];
    case "page": {
      const offset = offsetOf(slot);
      const inside = offset >= segment.first && offset <= segment.last;
      return authorityId === segment.authorityId && pageOf(slot) === segment.page && inside
        ? [{ position: offset.toString(16).padStart(3, "0"), certificate }]
        : [];
    }
  }
}
