// What stands against a change of an authority's state. Pure: the facts are gathered before, `now` is passed in.
// The order that is safe (threat G5): the edge trusts the new CA, then it issues, then the old one stops, then it leaves
// the bundle when nobody depends on it any more.
import { type Authority, hasStanding, isManaged, issuesNow } from "#core/authority/authority.ts";
import type { Finding } from "#core/error.ts";
import type { TrustStoreState } from "#core/trust-store/state.ts";
import type { AuthorityChange } from "./changes.ts";

export type RollOverFacts = {
  readonly authorities: readonly Authority[];
  readonly trustStore: TrustStoreState | undefined;
  /** Of the authority in question; gathered for `retire` only. */
  readonly liveCertificate?: string | undefined;
  readonly openEnrolment?: string | undefined;
  readonly now: Date;
};

/** `mayBeForced`: an operator with a reason may go on in an emergency. */
export type Interlock = { readonly finding: Finding; readonly mayBeForced: boolean };

/** A rehearsal that is older says little about today's edge. */
export const rehearsalHoldsMs = 24 * 3_600_000;

/**
 * From the end of issuing to the last certificate or intent on record: workers know an authority's state for five
 * seconds, a call takes thirty at most, and the index of certificates is behind by seconds.
 */
export const settleMs = 60_000;

export function interlocks(
  authority: Authority,
  change: AuthorityChange,
  facts: RollOverFacts,
): readonly Interlock[] {
  switch (change) {
    case "activate":
      return [...againstTrusting(authority, facts), ...againstIssuing(authority, facts)];
    case "prepare":
    case "drain":
      return authority.state === "active" ? againstStopping(authority, facts) : expiry(authority, facts);
    case "retire":
      return againstRetiring(authority, facts);
  }
}

function againstTrusting(authority: Authority, facts: RollOverFacts): readonly Interlock[] {
  const isTrusted = facts.trustStore?.live?.authorityIds.includes(authority.id) === true;
  const detail = "the trust bundle in force does not hold its CA yet: see GET /v1/trust-bundle";
  return [
    ...expiry(authority, facts),
    ...(isTrusted ? [] : [forceable(finding("roll_over.not_trusted", detail))]),
  ];
}

/** Of one that goes back from draining, handshakes have been seen for long. */
function againstIssuing(authority: Authority, { now }: RollOverFacts): readonly Interlock[] {
  if (!isManaged(authority) || authority.state !== "prepared") return [];
  const { rehearsal, nextSlot, provisionedSlots } = authority;
  const isRehearsed = rehearsal !== undefined && now.getTime() - rehearsal.at.getTime() <= rehearsalHoldsMs;
  return [
    ...(provisionedSlots > nextSlot
      ? []
      : [forceable(finding("roll_over.no_pages", "the edge has no page for its certificates yet"))]),
    ...(isRehearsed
      ? []
      : [
          forceable(
            finding(
              "roll_over.not_rehearsed",
              "no certificate of it has come through the edge in the last 24 hours",
            ),
          ),
        ]),
  ];
}

function againstStopping(authority: Authority, { authorities }: RollOverFacts): readonly Interlock[] {
  if (!isManaged(authority)) return [];
  const others = authorities.filter(isManaged).filter(({ id }) => id !== authority.id);
  return others.some(issuesNow)
    ? []
    : [forceable(finding("roll_over.last_issuer", "no other authority issues: nobody could enrol or renew"))];
}

function againstRetiring(authority: Authority, facts: RollOverFacts): readonly Interlock[] {
  const { liveCertificate, openEnrolment, authorities } = facts;
  const others = authorities.filter(({ id }) => id !== authority.id);
  return [
    ...(others.some(hasStanding)
      ? []
      : [
          hard(
            finding(
              "roll_over.last_trusted",
              "the trust bundle would be empty, which CloudFront does not take",
            ),
          ),
        ]),
    ...(isManaged(authority)
      ? []
      : [
          forceable(
            finding("roll_over.clients_unknown", "nobody here knows which of its certificates are in use"),
          ),
        ]),
    ...(isSettling(authority, facts)
      ? [hard(finding("roll_over.settling", `it stopped issuing less than ${settleMs / 1_000} s ago`))]
      : []),
    ...(openEnrolment === undefined
      ? []
      : [
          hard(
            finding("roll_over.enrolments_open", `a certificate of it may still come of ${openEnrolment}`),
          ),
        ]),
    ...(liveCertificate === undefined
      ? []
      : [hard(finding("roll_over.certificates_live", `${liveCertificate} and perhaps others are in force`))]),
  ];
}

function isSettling({ state, stateChangedAt }: Authority, { now }: RollOverFacts): boolean {
  if (state !== "draining" || stateChangedAt === undefined) return false;
  return now.getTime() - stateChangedAt.getTime() < settleMs;
}

function expiry({ notAfter }: Authority, { now }: RollOverFacts): readonly Interlock[] {
  return notAfter > now ? [] : [hard(finding("roll_over.ca_expired", "its CA certificate has expired"))];
}

const finding = (code: string, detail: string): Finding => ({ code, detail, pointer: "" });
const forceable = (against: Finding): Interlock => ({ finding: against, mayBeForced: true });
const hard = (against: Finding): Interlock => ({ finding: against, mayBeForced: false });
