// `Certificate Renewal Due` and `Certificate Expiring`, version 1. The JSON Schemas in docs/events/ are generated from
// these; members may be added, so consumers ignore those that they do not know.
import * as z from "zod";
import { type Certificate, certificateStates } from "#core/certificate/certificate.ts";
import type { RenewalWindow } from "#core/renewal/window.ts";
import { describe, isoSeconds, type OutgoingEvent } from "./outgoing.ts";

const time = z.iso.datetime();

/** What every event about a certificate says of it. */
export const describedSchema = z.object({
  version: z.literal("1"),
  certificate: z.string(),
  authority: z.string(),
  serial: z.string(),
  sha256: z.string(),
  tenant: z.string(),
  holder: z.string(),
  profile: z.string(),
  lot: z.string().optional(),
  notAfter: time,
});

export const renewalDueSchema = describedSchema.extend({
  /** The holder renews at a moment between these two. */
  windowStart: time,
  windowEnd: time,
  /** Why an operator has brought the window forward. */
  reason: z.string().optional(),
});

export const expiringSchema = describedSchema.extend({
  /** The threshold of its profile that has been passed last. */
  expiresWithinDays: z.int(),
  /** Was issued and never seen at the edge: the holder may not have got it. */
  successor: z.object({ certificate: z.string(), state: z.enum(certificateStates) }).optional(),
});

export const renewalDueDetailType = "Certificate Renewal Due";
export const expiringDetailType = "Certificate Expiring";

export function certificateRenewalDue(
  certificate: Certificate,
  { start, end, move }: RenewalWindow,
): OutgoingEvent {
  return {
    detailType: renewalDueDetailType,
    detail: {
      ...describe(certificate),
      windowStart: isoSeconds(start),
      windowEnd: isoSeconds(end),
      ...(move === undefined ? {} : { reason: move.reason }),
    },
  };
}

/** `successor`: one that nobody has been seen with. */
export function certificateExpiring(
  certificate: Certificate,
  expiresWithinDays: number,
  successor: Certificate | undefined,
): OutgoingEvent {
  return {
    detailType: expiringDetailType,
    detail: {
      ...describe(certificate),
      expiresWithinDays,
      ...(successor === undefined
        ? {}
        : { successor: { certificate: successor.id, state: successor.state } }),
    },
  };
}
