// What a sound CSR asks for, against what its profile would put into the certificate. Names in a CSR have no authority
// of their own (threats B1, B2): with an APIPassthrough template the CA takes ours, if we pass both subject and SAN.

import type { Csr } from "./csr.ts";
import { excerpt } from "./excerpt.ts";
import type { Finding, FindingCode } from "./finding.ts";

export type NamePolicy = {
  /** The holder. */
  readonly commonName: string;
  readonly organization: string;
  readonly organizationalUnit?: string;
  /** Alternative names the holder may ask for, spelled exactly so. */
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  /** `ignore` overlooks everything but CA rights, for clients whose CSR cannot be shaped. */
  readonly onUnexpected: "refuse" | "ignore";
};

/** Every request beyond the profile, or none. Asking for nothing is never too much. */
export function checkRequestedNames(csr: Csr, policy: NamePolicy): readonly Finding[] {
  const caRights = checkCaRights(csr);
  if (policy.onUnexpected === "ignore") return caRights;
  return [...checkSubject(csr, policy), ...checkAltNames(csr, policy), ...checkUsages(csr), ...caRights];
}

function checkSubject({ subject }: Csr, policy: NamePolicy): readonly Finding[] {
  const expected: ReadonlyMap<string, string | undefined> = new Map([
    ["CN", policy.commonName],
    ["O", policy.organization],
    ["OU", policy.organizationalUnit],
  ]);
  const seen = new Set<string>();
  return subject
    .filter(({ type, value }) => {
      const isSecond = seen.has(type);
      seen.add(type);
      return isSecond || expected.get(type) !== value;
    })
    .map(({ type, value }) => finding("requested.subject", `${type} ${excerpt(value)} is not the holder's`));
}

function checkAltNames({ requested }: Csr, { uris, dnsNames }: NamePolicy): readonly Finding[] {
  const allowed = new Set([...uris.map(uri => `uri ${uri}`), ...dnsNames.map(name => `dns ${name}`)]);
  return requested.subjectAltNames
    .filter(({ kind, value }) => !allowed.has(`${kind} ${value}`))
    .map(({ kind, value }) =>
      finding("requested.subject_alt_name", `the ${kind} name ${excerpt(value)} is not the holder's`),
    );
}

/** What `EndEntityClientAuthCertificate_APIPassthrough/V1` fixes (AWS Private CA, template definitions). */
const grantedKeyUsages: readonly string[] = ["digitalSignature", "keyEncipherment"];
const grantedExtendedKeyUsages: readonly string[] = ["clientAuth"];
/** These come with `requested.ca`. */
const caKeyUsages: readonly string[] = ["keyCertSign", "cRLSign"];

function checkUsages({ requested }: Csr): readonly Finding[] {
  return [
    ...requested.keyUsages
      .filter(usage => !grantedKeyUsages.includes(usage) && !caKeyUsages.includes(usage))
      .map(usage => finding("requested.key_usage", `key usage ${usage} is not granted`)),
    ...requested.extendedKeyUsages
      .filter(usage => !grantedExtendedKeyUsages.includes(usage))
      .map(usage => finding("requested.extended_key_usage", `extended key usage ${usage} is not granted`)),
    ...requested.others.map(oid => finding("requested.extension", `extension ${oid} is not granted`)),
  ];
}

/** Refused under every policy: no honest holder of a client certificate asks to sign certificates. */
function checkCaRights({ requested }: Csr): readonly Finding[] {
  const usages = requested.keyUsages.filter(usage => caKeyUsages.includes(usage));
  const rights = [...(requested.basicConstraintsCa ? ["CA:TRUE"] : []), ...usages];
  return rights.map(right => finding("requested.ca", `${right} is a right of a certificate authority`));
}

function finding(code: FindingCode, detail: string): Finding {
  return { code, detail };
}
