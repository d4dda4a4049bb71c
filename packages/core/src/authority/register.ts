// Adopts a Private CA as a managed authority: checks that the edge can tell its name apart, then records it.
// The table's stream takes the record and its first pages to the edge; issuing starts when they are there.

import * as z from "zod";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { type Finding, fail } from "#core/error.ts";
import { authorityIdSchema } from "#core/name.ts";
import { isPlainDn, normaliseDn } from "#core/slot-page/normalised-dn.ts";
import * as x509 from "#core/x509.ts";
import { type Authority, type CaKeyAlgorithm, caKeyAlgorithms } from "./authority.ts";
import type { AuthorityRegistry } from "./ports.ts";

export const registerAuthoritySchema = z.strictObject({
  id: authorityIdSchema,
  caArn: z
    .string()
    .regex(
      /^arn:[a-z-]+:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[a-z0-9-]+$/,
      "the ARN of a Private CA",
    ),
});

export type CaDescription = {
  readonly status: string;
  readonly keyAlgorithm: string;
  readonly certificatePem: string;
  /** Parents up to the root; empty for a root. */
  readonly chainPem: string;
};

export type RegisterDeps = {
  readonly registry: Pick<AuthorityRegistry, "listAuthorities" | "insertAuthority">;
  /** Undefined when there is no such CA, or it has no certificate yet. */
  readonly describeCa: (caArn: string) => Promise<CaDescription | undefined>;
  readonly now: () => Date;
};

/** Refuses with `caller.forbidden`, `authority.unsuitable` (all findings) or `authority.exists`. */
export async function registerAuthority(
  deps: RegisterDeps,
  input: { readonly caller: Caller; readonly id: string; readonly caArn: string; readonly requestId: string },
): Promise<Authority> {
  requireScope(input.caller, "authorities:write");
  const [known, ca] = await Promise.all([deps.registry.listAuthorities(), deps.describeCa(input.caArn)]);
  if (ca === undefined)
    refuse([finding("authority.ca_absent", "there is no active Private CA with this ARN")]);
  const certificate = new x509.X509Certificate(ca.certificatePem);
  const findings = examine(ca, certificate, known, input);
  const keyAlgorithm = caKeyAlgorithms.find(name => name === ca.keyAlgorithm);
  if (findings.length > 0 || keyAlgorithm === undefined) refuse(findings);
  const authority = newAuthority(input, ca, certificate, keyAlgorithm);
  const inserted = await deps.registry.insertAuthority(authority, {
    subject: authority.id,
    action: "authority.registered",
    actor: actorOf(input.caller),
    requestId: input.requestId,
    at: deps.now(),
    facts: { caArn: authority.caArn, issuerDn: authority.issuerDn },
  });
  if (!inserted) fail("authority.exists", { authorityId: authority.id });
  return authority;
}

function examine(
  ca: CaDescription,
  certificate: x509.X509Certificate,
  known: readonly Authority[],
  input: { readonly id: string; readonly caArn: string },
): readonly Finding[] {
  const issuerDn = normaliseDn(certificate.subject);
  const twin = known.find(authority => authority.issuerDn === issuerDn && authority.id !== input.id);
  return [
    ...(ca.status === "ACTIVE" ? [] : [finding("authority.ca_inactive", `the Private CA is ${ca.status}`)]),
    ...((caKeyAlgorithms as readonly string[]).includes(ca.keyAlgorithm)
      ? []
      : [finding("authority.key_algorithm", `the edge's trust store takes no ${ca.keyAlgorithm} CA`)]),
    // A name with an escape could be rendered in two ways, and the edge knows an issuer by its name.
    ...(isPlainDn(certificate.subject)
      ? []
      : [
          finding(
            "authority.name",
            "a CA name may hold C, O, OU, CN, ST and L of letters, digits, blank, . and -",
          ),
        ]),
    ...(twin === undefined
      ? []
      : [finding("authority.name_taken", `the authority ${twin.id} has the same name`)]),
  ];
}

function newAuthority(
  input: { readonly id: string; readonly caArn: string },
  ca: CaDescription,
  certificate: x509.X509Certificate,
  keyAlgorithm: CaKeyAlgorithm,
): Authority {
  return {
    id: input.id,
    state: "active",
    layout: "slots",
    caArn: input.caArn,
    keyAlgorithm,
    issuerDn: normaliseDn(certificate.subject),
    certificatePem: withNewline(ca.certificatePem),
    chainPem: ca.chainPem === "" ? "" : withNewline(ca.chainPem),
    notAfter: certificate.notAfter,
    notBeforeFloor: 0,
    firstLiveSlot: 0,
    nextSlot: 0,
    provisionedSlots: 0,
    version: 1,
  };
}

const withNewline = (pem: string): string => `${pem.trimEnd()}\n`;
const finding = (code: string, detail: string): Finding => ({ code, detail, pointer: "/caArn" });

function refuse(findings: readonly Finding[]): never {
  fail("authority.unsuitable", { findings });
}
