// When a certificate starts and ends, from the API's Validity (API reference, "Validity").
import { AwsError } from "../../wire/aws-json.ts";
import type { Validity } from "../input/certificate.ts";

export type Period = { readonly notBefore: Date; readonly notAfter: Date };

/** PCA dates certificates back by an hour, for clocks that are behind. */
const BACKDATED_MS = 60 * 60 * 1000;
const SHORT_LIVED_MS = 7 * 24 * 60 * 60 * 1000;
const invalid = (message: string): AwsError => new AwsError("ValidationException", message);

export type PeriodRequest = {
  readonly now: Date;
  readonly validity: Validity;
  readonly validityNotBefore: Validity | undefined;
  /** End of the issuing CA's certificate; undefined for a certificate it signs for itself. */
  readonly authorityNotAfter: Date | undefined;
  readonly shortLived: boolean;
};

/** Decides both dates, at whole seconds. Throws ValidationException for a period that PCA would not issue. */
export function decidePeriod(request: PeriodRequest): Period {
  const now = wholeSecond(request.now);
  const notAfter = endOf(request.validity, now);
  const notBefore = startOf(request.validityNotBefore, now);
  if (notAfter.getTime() < now.getTime() + 1000) {
    throw invalid("The certificate validity must end at least one second in the future.");
  }
  if (notBefore.getTime() >= notAfter.getTime()) {
    throw invalid("The certificate validity must start before it ends.");
  }
  if (request.authorityNotAfter !== undefined && notAfter.getTime() > request.authorityNotAfter.getTime()) {
    throw invalid("The certificate validity specified exceeds the certificate authority validity.");
  }
  if (request.shortLived && notAfter.getTime() > now.getTime() + SHORT_LIVED_MS) {
    throw invalid("A short-lived certificate authority issues for seven days at most.");
  }
  return { notBefore, notAfter };
}

function startOf(notBefore: Validity | undefined, now: Date): Date {
  if (notBefore === undefined) return new Date(now.getTime() - BACKDATED_MS);
  if (notBefore.Type !== "ABSOLUTE") throw invalid("ValidityNotBefore accepts the type ABSOLUTE only.");
  return dated(notBefore.Value * 1000);
}

function endOf({ Type: type, Value: value }: Validity, now: Date): Date {
  switch (type) {
    case "DAYS":
      return dated(now.getTime() + value * 86_400_000);
    case "MONTHS":
      return dated(new Date(now).setUTCMonth(now.getUTCMonth() + value));
    case "YEARS":
      return dated(new Date(now).setUTCFullYear(now.getUTCFullYear() + value));
    case "ABSOLUTE":
      return dated(value * 1000);
    case "END_DATE":
      return endDate(value);
  }
}

/** YYMMDDHHMMSS (years 50 to 99 are 19YY) or YYYYMMDDHHMMSS, written as a number: leading zeros are lost. */
function endDate(value: number): Date {
  const digits = String(value).padStart(12, "0");
  const century = digits.length === 12 ? (digits >= "50" ? "19" : "20") : "";
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(`${century}${digits}`);
  if (parts === null) throw invalid("The END_DATE is neither YYMMDDHHMMSS nor YYYYMMDDHHMMSS.");
  const [, year, month, day, hour, minute, second] = parts;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const date = dated(Date.parse(text));
  // Date.parse rolls 31 February over; the calendar does not.
  if (date.toISOString() !== text) throw invalid("The END_DATE is not a calendar date.");
  return date;
}

/** RFC 5280 dates end with the year 9999. */
function dated(milliseconds: number): Date {
  const date = new Date(milliseconds);
  if (!(date.getTime() <= Date.UTC(9999, 11, 31, 23, 59, 59))) throw invalid("The validity is out of range.");
  return date;
}

const wholeSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);
