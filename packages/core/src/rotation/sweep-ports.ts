// What the sweep needs of the outside world.
import type { Certificate } from "#core/certificate/certificate.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";
import type { HoldRegistry } from "#core/revocation/hold.ts";
import type { DueChange } from "./due-change.ts";
import type { RetireRegistry } from "./retire.ts";

/** Of UTC, such as `2026-03-01`. */
export type Day = string;

/** The index of due certificates keeps each day's in several parts. */
export type Bucket = { readonly day: Day; readonly shard: number };

export type DueCertificate = { readonly certificate: Certificate; readonly dueAt: Date };

export type SweepRegistry = RetireRegistry &
  Pick<HoldRegistry, "recordResume"> & {
    readonly shardsPerDay: number;
    /** The earliest day that may still hold something; undefined before the first sweep. */
    readonly readCheckpoint: () => Promise<Day | undefined>;
    /** The day of the first authority: nothing was issued before. Undefined: there is none. */
    readonly firstDay: () => Promise<Day | undefined>;
    /** Only if it still is what was read; otherwise another run has saved its own. */
    readonly saveCheckpoint: (read: Day | undefined, day: Day) => Promise<void>;
    /** Ids, in pages, of what the index has as due at `at`. It may be a second behind. */
    readonly listDue: (bucket: Bucket, at: Date) => AsyncIterable<readonly string[]>;
    /** Strongly consistent; those that are in the index no more are left out. */
    readonly readDue: (ids: readonly string[]) => Promise<readonly DueCertificate[]>;
    /** Strongly consistent; absent ones are left out. */
    readonly readCertificates: (ids: readonly string[]) => Promise<readonly Certificate[]>;
    /**
     * All in one transaction, but for certificates that have moved on since they were read. Answers those that were
     * written. Throws `registry.busy`.
     */
    readonly recordDue: (changes: readonly DueChange[]) => Promise<readonly DueChange[]>;
  };

export type SweepDeps = {
  readonly registry: SweepRegistry;
  readonly profiles: ProfileSource;
  readonly now: () => Date;
  /** Told of what could not be dealt with: a certificate, or a bucket. */
  readonly onError: (subject: string, error: unknown) => void;
};
