// An operator's word that certificates renew earlier than their profile says: after an incident, or to empty an
// authority. One is written for a certificate, a lot or an authority, whatever their size.

export type WindowMove = {
  readonly from: Date;
  /** Over how long the certificates it covers are spread from then on. */
  readonly spreadSeconds: number;
  /** Shown to the holder. */
  readonly reason: string;
  /** A page with more, for people. */
  readonly explanationUrl?: string;
  /** When it was written. Certificates issued later are the answer to it, and not covered. */
  readonly at: Date;
};

/** Of AWS Private CA's default of 25 certificates a second, half: enrolments and other renewals go on (aws-services, 1.6). */
const renewalsPerSecond = 12.5;

/** How long so many certificates take to renew beside everything else. */
export function spreadFor(certificates: number): number {
  return certificates <= 1 ? 0 : Math.ceil(certificates / renewalsPerSecond);
}

/** The longest spread that an operator may ask for: longer than any incident, shorter than most lives. */
export const longestSpreadSeconds = 90 * 86_400;
