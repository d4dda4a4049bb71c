// Records a CA as an authority after checking that the edge can tell its name apart. The table's stream takes the record
// to the edge, and a managed authority's first pages with it; its event takes its CA to the trust store.
// The first managed authority is active at once: a trust store is made with its CA, and nothing works without it. Every
// further one is prepared, and issues when its roll-over says so.

import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { type Finding, fail } from "#core/error.ts";
import { authorityStateChanged } from "#core/event/authority-state-changed.ts";
import { intermediatePin } from "#core/slot-page/digest.ts";
import { isPlainDn, normaliseDn } from "#core/slot-page/normalised-dn.ts";
import * as x509 from "#core/x509.ts";
import { type Authority, type CaKeyAlgorithm, isManaged } from "./authority.ts";
import {
  arnPointer,
  type DescribeCa,
  type DescribedCa,
  describeForeign,
  describeOwn,
  pemPointer,
} from "./describe-ca.ts";
import type { AuthorityRegistry } from "./ports.ts";
import type { Registration } from "./registration.ts";
import { trustBundleOf } from "./trust-bundle.ts";

export type RegisterDeps = {
  readonly registry: Pick<AuthorityRegistry, "listAuthorities" | "insertAuthority">;
  readonly describeCa: DescribeCa;
  readonly now: () => Date;
};

export type RegisterInput = {
  readonly caller: Caller;
  readonly registration: Registration;
  readonly requestId: string;
};

/** Refuses with `caller.forbidden`, `authority.unsuitable` (all findings) or `authority.exists`. */
export async function registerAuthority(deps: RegisterDeps, input: RegisterInput): Promise<Authority> {
  requireScope(input.caller, "authorities:write");
  const { registration } = input;
  const [known, ca] = await Promise.all([
    deps.registry.listAuthorities(),
    registration.kind === "foreign"
      ? describeForeign(registration, deps.now())
      : describeOwn(deps.describeCa, registration.caArn),
  ]);
  const findings = [...ca.findings, ...examineName(ca.certificate, known, registration)];
  if (findings.length > 0 || ca.keyAlgorithm === undefined) refuse(findings);
  const isFurther = registration.kind === "managed" && known.some(isManaged);
  const state = isFurther ? "prepared" : "active";
  const authority = newAuthority(registration, state, ca, ca.keyAlgorithm, await pinsOf(ca));
  // Refuses what would make the trust bundle of all of them one that CloudFront does not take.
  trustBundleOf([...known, authority]);
  const [actor, at] = [actorOf(input.caller), deps.now()];
  const audit = {
    subject: authority.id,
    action: "authority.registered",
    actor,
    requestId: input.requestId,
    at,
    facts: {
      kind: authority.kind,
      issuerDn: authority.issuerDn,
      ...(registration.kind === "foreign" ? {} : { caArn: registration.caArn }),
      ...(isFurther ? { state } : {}),
    },
  } as const;
  const event = authorityStateChanged(authority, { to: state, actor, at });
  const inserted = await deps.registry.insertAuthority(authority, audit, event);
  if (!inserted) fail("authority.exists", { authorityId: authority.id });
  return authority;
}

function examineName(
  certificate: x509.X509Certificate,
  known: readonly Authority[],
  registration: Registration,
): readonly Finding[] {
  const pointer = registration.kind === "foreign" ? pemPointer : arnPointer;
  const folded = foldDn(certificate.subject);
  const twin = known.find(({ id, issuerDn }) => id !== registration.id && foldDn(issuerDn) === folded);
  const characters = "a CA name may hold C, O, OU, CN, ST and L of letters, digits, blank, . and -";
  return [
    // A name with an escape could be rendered in two ways, and the edge knows an issuer by its name.
    ...(isPlainDn(certificate.subject) ? [] : [finding("authority.name", characters, pointer)]),
    ...(twin === undefined
      ? []
      : [finding("authority.name_taken", `the authority ${twin.id} has the same name`, pointer)]),
  ];
}

/**
 * Chain building compares names without regard to case (RFC 5280, 7.1) and the edge's record does not: a CA that is
 * called like another but for case could sign certificates that name the other, and be judged by its record.
 */
function foldDn(dn: string): string {
  return normaliseDn(dn.toLowerCase());
}

/** Devices often send their whole chain; what is pinned is harmless, for no client holds those keys. */
function pinsOf({ certificate, chainPem }: DescribedCa): Promise<readonly string[]> {
  const parents = x509.PemConverter.decode(chainPem).map(der => new x509.X509Certificate(der));
  return Promise.all(
    [certificate, ...parents].map(({ publicKey }) => intermediatePin(new Uint8Array(publicKey.rawData))),
  );
}

function newAuthority(
  registration: Registration,
  state: "prepared" | "active",
  ca: DescribedCa,
  keyAlgorithm: CaKeyAlgorithm,
  pins: readonly string[],
): Authority {
  const parts = {
    id: registration.id,
    state,
    keyAlgorithm,
    issuerDn: normaliseDn(ca.certificate.subject),
    certificatePem: ca.certificatePem,
    chainPem: ca.chainPem,
    notAfter: ca.certificate.notAfter,
    pins,
    notBeforeFloor: 0,
    version: 1,
  } as const;
  const { kind } = registration;
  if (kind === "foreign") return { ...parts, kind, layout: "serials" };
  if (kind === "adopted") return { ...parts, kind, layout: "serials", caArn: registration.caArn };
  const noSlots = { firstLiveSlot: 0, clearedSlots: 0, nextSlot: 0, provisionedSlots: 0, wantedSlots: 0 };
  return { ...parts, kind, layout: "slots", caArn: registration.caArn, ...noSlots };
}

const finding = (code: string, detail: string, pointer: string): Finding => ({ code, detail, pointer });
function refuse(findings: readonly Finding[]): never {
  return fail("authority.unsuitable", { findings });
}
