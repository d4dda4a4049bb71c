// Authorities and their lists as the API shows them.
import { type Authority, isManaged } from "#core/authority/authority.ts";
import type { RecordedCrl } from "#core/crl/ports.ts";
import { isoSeconds } from "#core/event/outgoing.ts";

export function presentAuthority(authority: Authority): Readonly<Record<string, unknown>> {
  return {
    id: authority.id,
    kind: authority.kind,
    state: authority.state,
    layout: authority.layout,
    ...(authority.kind === "foreign" ? {} : { caArn: authority.caArn }),
    issuer: authority.issuerDn,
    notAfter: isoSeconds(authority.notAfter),
  };
}

/** Slots of a managed authority as numbers; what is known of them is a matter of pages. */
export function presentSlots(authority: Authority): Readonly<Record<string, unknown>> {
  if (!isManaged(authority)) return {};
  const { firstLiveSlot, nextSlot, provisionedSlots } = authority;
  return { slots: { firstLive: firstLiveSlot, next: nextSlot, provisioned: provisionedSlots } };
}

export function presentCrl(crl: RecordedCrl): Readonly<Record<string, unknown>> {
  return {
    state: crl.state,
    ...(crl.number === undefined ? {} : { number: crl.number }),
    thisUpdate: isoSeconds(crl.thisUpdate),
    nextUpdate: isoSeconds(crl.nextUpdate),
    sha256: crl.sha256,
    entries: crl.entries,
    added: crl.added,
    removed: crl.removed,
    unchanged: crl.unchanged,
  };
}
