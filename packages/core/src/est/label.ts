// The optional label of an EST path (RFC 7030 §3.2.2) says what to issue: a profile, and a lot in it.
import { lotSchema, profileNameSchema } from "#core/name.ts";
import type { Profile } from "#core/profile/profile.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";

export type EstTarget = { readonly profile: Profile; readonly lot?: string };

/** `<profile>` or `<profile>.<lot>`; none is `device`. Undefined when there is nothing of that name. */
export async function findTarget(
  profiles: ProfileSource,
  label: string | undefined,
): Promise<EstTarget | undefined> {
  const named = readLabel(label ?? "device");
  const profile = named && (await profiles.find(named.profile));
  if (named === undefined || profile === undefined) return undefined;
  return { profile, ...(named.lot === undefined ? {} : { lot: named.lot }) };
}

/** A profile's name has no dot, a lot's may: the first one parts them. */
function readLabel(label: string): { readonly profile: string; readonly lot?: string } | undefined {
  const dot = label.indexOf(".");
  const profile = profileNameSchema.safeParse(dot === -1 ? label : label.slice(0, dot));
  const lot = dot === -1 ? undefined : lotSchema.safeParse(label.slice(dot + 1));
  if (!profile.success || lot?.success === false) return undefined;
  return { profile: profile.data, ...(lot === undefined ? {} : { lot: lot.data }) };
}
