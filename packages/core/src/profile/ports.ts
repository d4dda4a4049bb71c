// What profiles need of the registry.
import type { AuditRecord } from "#core/audit.ts";
import type { Profile } from "./profile.ts";

/** A profile of an operator's. */
export type RecordedProfile = Profile & {
  /** Counts from 1; every change expects the one before. */
  readonly version: number;
  readonly changedAt: Date;
  readonly changedBy: string;
};

export type ProfileRegistry = {
  /** Strongly consistent. */
  readonly readProfile: (name: string) => Promise<RecordedProfile | undefined>;
  /** All of them, by name. */
  readonly listProfiles: () => Promise<readonly RecordedProfile[]>;
  /** Expects the version before the profile's own; undefined when written, or else the version there is. */
  readonly recordProfile: (profile: RecordedProfile, audit: AuditRecord) => Promise<number | undefined>;
};
