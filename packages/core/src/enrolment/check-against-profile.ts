// A sound CSR held against the profile it is posted for: key type, and what it asks for beyond the profile.
import { checkRequestedNames } from "#core/csr/check-requested-names.ts";
import type { Csr } from "#core/csr/csr.ts";
import { type KeyType, type Profile, sanUri } from "#core/profile/profile.ts";

export type ProfileFinding = { readonly code: string; readonly detail: string };

export function checkAgainstProfile(
  csr: Csr,
  profile: Profile,
  identity: { readonly tenant: string; readonly holder: string },
): readonly ProfileFinding[] {
  const keyType = keyTypeOf(csr);
  const key =
    keyType !== undefined && profile.keyTypes.includes(keyType)
      ? []
      : [
          {
            code: "profile.key_type",
            detail: `the profile ${profile.name} takes ${profile.keyTypes.join(", ")}`,
          },
        ];
  const names = checkRequestedNames(csr, {
    commonName: identity.holder,
    organization: identity.tenant,
    uris: [sanUri(identity)],
    dnsNames: [],
    onUnexpected: profile.onUnexpected,
  });
  return [...key, ...nameless(csr), ...names];
}

/** IssueCertificate refuses a request without any name, although ours are passed beside it (aws-services, 1.1). */
function nameless({ subject, requested }: Csr): readonly ProfileFinding[] {
  if (subject.length > 0 || requested.subjectAltNames.length > 0) return [];
  const detail = "the request has neither a subject nor an alternative name; the CA takes it with either";
  return [{ code: "requested.no_name", detail }];
}

function keyTypeOf(csr: Csr): KeyType | undefined {
  const { key } = csr;
  if (key.kind === "rsa") return `rsa-${key.bits}`;
  return ({ "P-256": "p-256", "P-384": "p-384", "P-521": undefined } as const)[key.curve];
}
