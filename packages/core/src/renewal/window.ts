// When a certificate should be renewed: the idea of RFC 9773 (ACME renewal information), from the registry's record
// alone. Pure, so that whoever asks and the index of due certificates agree for ever.
import type { Certificate } from "#core/certificate/certificate.ts";
import type { WindowMove } from "./window-move.ts";

export type RenewalWindow = {
  readonly start: Date;
  readonly end: Date;
  /** What moved it, when something did. */
  readonly move?: WindowMove;
};

export type Windowed = Pick<
  Certificate,
  "sha256" | "notBefore" | "notAfter" | "issuedAt" | "opensAtPercent" | "windowMove"
>;

/** What is left after it is for holders that are offline, and for people. */
const closesAtPercent = 90;
/** One certificate's own window, as a part of the time that a fleet's are spread over. */
const ownPart = 1 / 8;
const hourMs = 3_600_000;

/**
 * The window of one certificate; `moves` are those of its lot and its authority. The earliest start wins.
 * A fleet that was issued in one moment starts evenly over seven eighths of its profile's share of life, and each
 * holder has an eighth to choose a moment in, so that the rate never exceeds 8/7 of the mean.
 */
export function renewalWindow(certificate: Windowed, moves: readonly WindowMove[] = []): RenewalWindow {
  const natural = naturalWindow(certificate);
  const own = certificate.windowMove === undefined ? [] : [certificate.windowMove];
  const moved = [...own, ...moves.filter(({ at }) => certificate.issuedAt < at)].map(move =>
    movedWindow(certificate, move, natural.end),
  );
  return [natural, ...moved].reduce((earliest, next) => (next.start < earliest.start ? next : earliest));
}

function naturalWindow(certificate: Windowed): RenewalWindow {
  const { notBefore, notAfter, opensAtPercent } = certificate;
  const lifeMs = notAfter.getTime() - notBefore.getTime();
  const opens = notBefore.getTime() + (lifeMs * opensAtPercent) / 100;
  const spanMs = (lifeMs * (closesAtPercent - opensAtPercent)) / 100;
  const start = opens + position(certificate) * spanMs * (1 - ownPart);
  return { start: wholeSecond(start), end: wholeSecond(start + spanMs * ownPart) };
}

function movedWindow(certificate: Windowed, move: WindowMove, latest: Date): RenewalWindow {
  const spreadMs = move.spreadSeconds * 1000;
  const start = move.from.getTime() + position(certificate) * spreadMs;
  const end = Math.min(start + Math.max(spreadMs * ownPart, hourMs), latest.getTime());
  return { start: wholeSecond(start), end: wholeSecond(end), move };
}

/** From 0 up to, not including, 1: the same for a certificate for ever, and even over a fleet. */
function position({ sha256 }: Pick<Certificate, "sha256">): number {
  return Number.parseInt(sha256.slice(0, 12), 16) / 2 ** 48;
}

const dayMs = 24 * hourMs;

/** When to look at the window again (RFC 9773, 4.2): a move is noticed within a day, an open window within the hour. */
export function retryAfterSeconds({ start }: RenewalWindow, now: Date): number {
  const leftMs = start.getTime() - now.getTime();
  if (leftMs <= 0) return hourMs / 1000;
  return Math.ceil(Math.min(Math.max(leftMs, 60_000), dayMs) / 1000);
}

const wholeSecond = (ms: number): Date => new Date(Math.floor(ms / 1000) * 1000);
