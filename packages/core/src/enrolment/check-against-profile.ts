// A sound CSR held against the profile it is posted for: key type, and what it asks for beyond the profile.
import { checkRequestedNames } from "#core/csr/check-requested-names.ts";
import type { Csr } from "#core/csr/csr.ts";
import { type AltName, resolveAltNames } from "#core/profile/alternative-name.ts";
import type { KeyType, Profile } from "#core/profile/profile.ts";

export type ProfileFinding = { readonly code: string; readonly detail: string };

export type ProfileVerdict =
  /** The names that the certificate will carry. */
  | { readonly kind: "fits"; readonly altNames: readonly AltName[] }
  | { readonly kind: "unfit"; readonly findings: readonly ProfileFinding[] };

/**
 * All findings at once. The names are the profile's own, whatever the CSR asks for. A renewal may repeat the `OU` that
 * the holder has: EST clients must (RFC 7030, 4.2.2).
 */
export function checkAgainstProfile(
  csr: Csr,
  profile: Profile,
  identity: { readonly tenant: string; readonly holder: string; readonly organizationalUnit?: string },
): ProfileVerdict {
  const resolved = resolveAltNames(profile.altNames, identity);
  const altNames = resolved.kind === "names" ? resolved.names : [];
  const names = checkRequestedNames(csr, {
    commonName: identity.holder,
    organization: identity.tenant,
    ...(identity.organizationalUnit === undefined ? {} : { organizationalUnit: identity.organizationalUnit }),
    uris: valuesOf(altNames, "uri"),
    dnsNames: valuesOf(altNames, "dns"),
    onUnexpected: profile.onUnexpected,
  });
  const unnamed = resolved.kind === "unfit" ? [unfit(resolved.template)] : [];
  const findings = [...keyType(csr, profile), ...nameless(csr), ...names, ...unnamed];
  return findings.length > 0 ? { kind: "unfit", findings } : { kind: "fits", altNames };
}

function keyType(csr: Csr, profile: Profile): readonly ProfileFinding[] {
  const type = keyTypeOf(csr);
  if (type !== undefined && profile.keyTypes.includes(type)) return [];
  return [
    {
      code: "profile.key_type",
      detail: `the profile ${profile.name} takes ${profile.keyTypes.join(", ")}`,
    },
  ];
}

function unfit(template: string): ProfileFinding {
  return {
    code: "profile.alternative_name",
    detail: `the profile's ${template} makes no proper name of this holder`,
  };
}

/** IssueCertificate refuses a request without any name, although ours are passed beside it (aws-services, 1.1). */
function nameless({ subject, requested }: Csr): readonly ProfileFinding[] {
  if (subject.length > 0 || requested.subjectAltNames.length > 0) return [];
  const detail = "the request has neither a subject nor an alternative name; the CA takes it with either";
  return [{ code: "requested.no_name", detail }];
}

function valuesOf(names: readonly AltName[], kind: AltName["kind"]): readonly string[] {
  return names.filter(name => name.kind === kind).map(({ value }) => value);
}

function keyTypeOf(csr: Csr): KeyType | undefined {
  const { key } = csr;
  if (key.kind === "rsa") return `rsa-${key.bits}`;
  return ({ "P-256": "p-256", "P-384": "p-384", "P-521": undefined } as const)[key.curve];
}
