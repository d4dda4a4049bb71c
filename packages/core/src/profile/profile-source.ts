// Profiles by name: the built-in ones, and those an operator has recorded.
import { remember } from "#core/remember.ts";
import { isBuiltIn, type Profile, profiles } from "./profile.ts";

export type ProfileSource = {
  /** Undefined: there is none of this name. An operator's profile may be a few seconds old. */
  readonly find: (name: string) => Promise<Profile | undefined>;
};

export function profileSource(
  readProfile: (name: string) => Promise<Profile | undefined>,
  options: { readonly keepMs: number; readonly now: () => Date },
): ProfileSource {
  const recorded = remember(readProfile, options, profile => profile !== undefined);
  return { find: async name => (isBuiltIn(name) ? profiles[name] : recorded(name)) };
}
