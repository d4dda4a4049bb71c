// Authorities and their lists as the API shows them.
import type { Authority, ManagedAuthority } from "#core/authority/authority.ts";
import type { RecordedCrl } from "#core/crl/ports.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import type { AuthorityBody, CrlBody, SlotsBody } from "../contract/authority.ts";

export function presentAuthority(authority: Authority): AuthorityBody {
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
export function presentSlots(authority: ManagedAuthority): SlotsBody {
  const { firstLiveSlot, nextSlot, provisionedSlots } = authority;
  return { firstLive: firstLiveSlot, next: nextSlot, provisioned: provisionedSlots };
}

export function presentCrl(crl: RecordedCrl): CrlBody {
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
