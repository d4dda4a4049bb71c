// What rotations need of the registry.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import type { ListingRegistry } from "#core/listing/listing.ts";
import type { RenewalWindow } from "#core/renewal/window.ts";
import type { WindowMove } from "#core/renewal/window-move.ts";
import type { WavePart } from "./part.ts";
import type { Rotation, RotationId } from "./rotation.ts";

/** What goes with a change of a rotation, in its transaction. */
export type RotationChange = {
  /** As it is from now on; one without members is deleted. */
  readonly part?: WavePart;
  readonly audit?: AuditRecord;
  readonly event?: OutgoingEvent;
};

export type RotationStore = {
  /** Strongly consistent. */
  readonly readRotation: (id: string) => Promise<Rotation | undefined>;
  /**
   * `next` replaces what was read, if it still has its version; answers it with the next version. Undefined when
   * somebody else has changed it meanwhile. One that is live no more leaves its selector to others.
   */
  readonly save: (next: Rotation, change: RotationChange) => Promise<Rotation | undefined>;
};

export type StartRegistry = Pick<ListingRegistry, "listAuthorities" | "readLotBlocks" | "readSegment"> & {
  /** One live rotation a selector: answers the other's id when there is one. */
  readonly insertRotation: (
    rotation: Rotation,
    audit: AuditRecord,
  ) => Promise<{ readonly kind: "inserted" } | { readonly kind: "exists"; readonly rotationId: string }>;
};

/** That a certificate's window was moved and its holder told. */
export type Announcement = {
  readonly move: WindowMove;
  /** As the move leaves it. */
  readonly window: RenewalWindow;
  readonly audit: AuditRecord;
  readonly event: OutgoingEvent;
};

export type RotationRegistry = RotationStore &
  Pick<ListingRegistry, "listAuthorities" | "readLotBlocks" | "readSegment"> & {
    /** Running and paused ones. */
    readonly listLive: () => Promise<readonly Rotation[]>;
    /** Parts that are to be looked at by `now`, 25 at most. The rows are read strongly. */
    readonly listDueParts: (id: RotationId, now: Date) => Promise<readonly WavePart[]>;
    /** Strongly consistent; absent ones are left out. */
    readonly readCertificates: (ids: readonly string[]) => Promise<readonly Certificate[]>;
    /** False when the certificate has changed since it was read. */
    readonly recordAnnounced: (certificate: Certificate, announcement: Announcement) => Promise<boolean>;
  };
