// Profiles as the API shows them, built in or not.
import { isoSeconds } from "#core/event/outgoing.ts";
import type { RecordedProfile } from "#core/profile/ports.ts";
import { type Profile, templateArn } from "#core/profile/profile.ts";
import type { ProfileBody } from "../contract/profile.ts";

export function presentProfile(profile: Profile | RecordedProfile): ProfileBody {
  const { renewal } = profile;
  return {
    name: profile.name,
    builtIn: !("version" in profile),
    lifetimeDays: profile.lifetimeDays,
    askedBy: [...profile.askedBy],
    keyTypes: [...profile.keyTypes],
    onUnexpected: profile.onUnexpected,
    altNames: [...profile.altNames],
    templateArn,
    renewal: { ...renewal, expiringDays: [...renewal.expiringDays] },
    ...("version" in profile
      ? {
          version: profile.version,
          changedAt: isoSeconds(profile.changedAt),
          changedBy: profile.changedBy,
        }
      : {}),
  };
}
