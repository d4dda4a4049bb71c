// What renewal needs of the outside world beyond enrolment.
import type { AuditRecord } from "#core/audit.ts";
import type { Authority } from "#core/authority/authority.ts";
import type { Lot } from "#core/authority/lot.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { AdvanceDeps } from "#core/enrolment/advance.ts";
import type { RefusalDeps } from "#core/enrolment/record-refusal.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";
import type { WindowMove } from "./window-move.ts";

export type WindowReader = {
  /** Of the certificate's lot and of its authority. Strongly consistent. */
  readonly readWindowMoves: (
    certificate: Pick<Certificate, "tenant" | "lot" | "authorityId">,
  ) => Promise<readonly WindowMove[]>;
};

export type RenewDeps = AdvanceDeps & RefusalDeps & WindowReader & { readonly profiles: ProfileSource };

export type WindowMoveRegistry = WindowReader & {
  readonly readCertificate: (id: string) => Promise<Certificate | undefined>;
  readonly readLot: (tenant: string, lot: string) => Promise<Lot>;
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  /** Expects the version it was given; the holder's tries are counted anew. False when it has moved on. */
  readonly recordCertificateMove: (
    certificate: Certificate,
    move: WindowMove,
    audit: AuditRecord,
  ) => Promise<boolean>;
  /** One write, whatever the lot's size. False when there is no such lot. */
  readonly recordLotMove: (
    tenant: string,
    lot: string,
    move: WindowMove,
    audit: AuditRecord,
  ) => Promise<boolean>;
  readonly recordAuthorityMove: (
    authorityId: string,
    move: WindowMove,
    audit: AuditRecord,
  ) => Promise<boolean>;
};
