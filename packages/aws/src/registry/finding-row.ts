// Handled findings and brakes ⇄ their rows.
import * as z from "zod";
import { type BrakeState, scopeText, windowMs } from "#core/automation/brake.ts";
import { findingSources } from "#core/automation/finding.ts";
import type { HandledFinding } from "#core/automation/handled-finding.ts";
import { type CertificateId, revocationReasons } from "#core/certificate/certificate.ts";
import type { Serial } from "#core/serial.ts";
import type { Row } from "./rows.ts";
import { keys } from "./table.ts";

const date = z.iso.datetime().transform(text => new Date(text));

const head = z.object({
  id: z.string(),
  source: z.enum(findingSources),
  sender: z.string(),
  findingId: z.string(),
  at: date,
  actor: z.string(),
  requestId: z.string(),
  handledAt: date,
});

const order = z
  .object({
    ruleId: z.string(),
    action: z.enum(["revoke", "hold"]),
    reason: z.enum(revocationReasons),
    note: z.string().optional(),
  })
  .transform(({ note, ...rest }) => ({ ...rest, ...(note === undefined ? {} : { note }) }));

// The brands are restored, not invented: only the parsers' values were ever written.
const targets = z.object({
  certificates: z.array(z.string().transform(text => text as CertificateId)),
  lots: z.array(z.object({ tenant: z.string(), lot: z.string() })),
  serials: z.array(
    z.object({ authorityId: z.string(), serial: z.string().transform(text => text as Serial) }),
  ),
  keys: z.array(z.string()),
});

const findingRow = z.discriminatedUnion("state", [
  head.extend({ state: z.literal("closed") }),
  head.extend({ state: z.enum(["carrying_out", "carried_out"]), order, targets }),
  head.extend({ state: z.literal("awaiting_approval"), order, plans: z.array(z.string()) }),
]);

/** Security Hub and GuardDuty keep a finding for 90 days: no longer does one come again. */
const keptSeconds = 100 * 86_400;

export function toFindingRow(finding: HandledFinding): Row {
  return {
    ...keys.finding(finding.id),
    type: "finding",
    ...finding,
    at: finding.at.toISOString(),
    handledAt: finding.handledAt.toISOString(),
    expiresAtSeconds: Math.floor(finding.handledAt.getTime() / 1_000) + keptSeconds,
  };
}

export function fromFindingRow(row: Row): HandledFinding {
  return findingRow.parse(row);
}

const brakeRow = z.object({
  minutes: z.record(z.string(), z.number()),
  live: z.object({ count: z.number(), at: date }).optional(),
  version: z.number(),
});

/** Gone two hours after its last draw, when nothing of it counts any more. */
export function toBrakeRow(state: BrakeState, now: Date): Row {
  const { ruleId, scope, minutes, live, version } = state;
  return {
    ...keys.brake(ruleId, scopeText(scope)),
    type: "brake",
    minutes,
    ...(live === undefined ? {} : { live: { count: live.count, at: live.at.toISOString() } }),
    version,
    expiresAtSeconds: Math.floor((now.getTime() + 2 * windowMs) / 1_000),
  };
}

/** `undefined`: there is no row. */
export function fromBrakeRow(row: Row | undefined, place: Pick<BrakeState, "ruleId" | "scope">): BrakeState {
  if (row === undefined) return { ...place, minutes: {}, version: 0 };
  const { live, ...state } = brakeRow.parse(row);
  return { ...place, ...state, ...(live === undefined ? {} : { live }) };
}
