// A listing of certificates: what may be asked, what a row shows, and the segments of the registry that it walks.
import type { Authority } from "#core/authority/authority.ts";
import type { LotBlock } from "#core/authority/block.ts";
import type { Certificate, CertificateState } from "#core/certificate/certificate.ts";

export type ListedCertificate = Pick<
  Certificate,
  | "id"
  | "state"
  | "tenant"
  | "holder"
  | "profile"
  | "lot"
  | "authorityId"
  | "serial"
  | "slot"
  | "sha256"
  | "issuedAt"
  | "notBefore"
  | "notAfter"
>;

export type ListFilter = {
  readonly tenant?: string | undefined;
  readonly holder?: string | undefined;
  readonly lot?: string | undefined;
  readonly authorityId?: string | undefined;
  readonly state?: CertificateState | undefined;
  /** Exclusive. */
  readonly expiresBefore?: Date | undefined;
};

/** What one query can read in order. */
export type Segment =
  | { readonly kind: "holder"; readonly tenant: string; readonly holder: string }
  /** Newest first. */
  | { readonly kind: "month"; readonly tenant: string; readonly month: string }
  /** The slots of a page from offset `first` to `last`, both included. */
  | {
      readonly kind: "page";
      readonly authorityId: string;
      readonly page: number;
      readonly first: number;
      readonly last: number;
    };

/** `position` orders the rows of a segment as they come, and belongs to one row. */
export type ListedRow = { readonly position: string; readonly certificate: ListedCertificate };

/** One query's answer; `ended`: there are no more of the segment. */
export type SegmentRows = { readonly rows: readonly ListedRow[]; readonly ended: boolean };

export type ListingRegistry = {
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  readonly readLotBlocks: (tenant: string, lot: string) => Promise<readonly LotBlock[]>;
  /** At most `limit` rows after the position `after`. Eventually consistent, so nothing may be decided by it. */
  readonly readSegment: (segment: Segment, after: string | undefined, limit: number) => Promise<SegmentRows>;
};
