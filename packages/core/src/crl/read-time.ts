// Time (RFC 5280, 5.1.2.4): UTCTime or GeneralizedTime, in UTC, to the second, without a fraction.
import { malformed, type Scanned } from "./scan-der.ts";

export const utcTime = 0x17;
export const generalizedTime = 0x18;

export function isTime(element: Scanned | undefined): element is Scanned {
  return element?.identifier === utcTime || element?.identifier === generalizedTime;
}

export function readTime(element: Scanned | undefined, what: string): Date {
  if (!isTime(element)) return malformed(`${what} is missing or of another type`);
  const text = String.fromCharCode(...element.contents.subarray(0, 16));
  const years = element.identifier === utcTime ? 2 : 4;
  const [, year = "", ...rest] =
    /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? malformed(`${what} is not a time in UTC`);
  const [month = "", day = "", hour = "", minute = "", second = ""] = rest;
  // 4.1.2.5.1: two digits from 50 on are of the last century.
  const century = Number(year) >= 50 ? "19" : "20";
  const date = new Date(
    `${years === 2 ? century : ""}${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`,
  );
  // A 30th of February rolls over into another text.
  const digits = Number.isNaN(date.getTime()) ? "" : date.toISOString().replace(/\D/g, "").slice(0, 14);
  return year.length === years && digits.endsWith(text.slice(0, -1))
    ? date
    : malformed(`${what} is not a time in UTC`);
}
