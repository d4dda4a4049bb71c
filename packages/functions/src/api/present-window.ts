// What a renewal window, and a move of many, look like in answers.
import { isoSeconds } from "#core/event/outgoing.ts";
import { type RenewalWindow, retryAfterSeconds } from "#core/renewal/window.ts";
import type { WindowMove } from "#core/renewal/window-move.ts";
import type { MovedWindowsBody, RenewalWindowBody } from "../contract/renewal-window.ts";
import type { HttpResult } from "../http/route.ts";

export function presentWindow(window: RenewalWindow, now: Date): HttpResult {
  const seconds = retryAfterSeconds(window, now);
  const body: RenewalWindowBody = {
    start: isoSeconds(window.start),
    end: isoSeconds(window.end),
    retryAfterSeconds: seconds,
    ...(window.move === undefined ? {} : explain(window.move)),
  };
  return { status: 200, headers: { "retry-after": String(seconds) }, body };
}

export function presentMove(move: WindowMove): HttpResult {
  const { from, spreadSeconds } = move;
  const body: MovedWindowsBody = { start: isoSeconds(from), spreadSeconds, ...explain(move) };
  return { status: 200, body };
}

function explain({ reason, explanationUrl }: WindowMove) {
  return { reason, ...(explanationUrl === undefined ? {} : { explanationUrl }) };
}
