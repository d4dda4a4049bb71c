// `Certificate Superseded` and `Superseded Certificate Returned`, version 1. The JSON Schemas in docs/events/ are
// generated from these; members may be added, so consumers ignore those that they do not know.
import * as z from "zod";
import type { Certificate } from "#core/certificate/certificate.ts";
import { describe, isoSeconds, type OutgoingEvent } from "./outgoing.ts";
import { describedSchema } from "./renewal-events.ts";

const time = z.iso.datetime();

export const supersededSchema = describedSchema.extend({
  /** The certificate that was seen at the edge, and when it was. */
  successor: z.string(),
  successorSeenAt: time,
  supersededAt: time,
  /** When the overlap ends: it is refused from then on. */
  retiresAt: time,
});

export const supersededReturnedSchema = describedSchema.extend({
  supersededAt: time,
  /** When it was at the edge, and what the edge answered. */
  returnedAt: time,
  answer: z.enum(["admitted", "refused"]),
  /** The lineage's certificates that are held now, by the rule of the profile. */
  held: z.array(z.string()),
});

export const supersededDetailType = "Certificate Superseded";
export const supersededReturnedDetailType = "Superseded Certificate Returned";

export function certificateSuperseded(
  certificate: Certificate,
  proof: {
    readonly successor: string;
    readonly successorSeenAt: Date;
    readonly supersededAt: Date;
    readonly retiresAt: Date;
  },
): OutgoingEvent {
  return {
    detailType: supersededDetailType,
    detail: {
      ...describe(certificate),
      successor: proof.successor,
      successorSeenAt: isoSeconds(proof.successorSeenAt),
      supersededAt: isoSeconds(proof.supersededAt),
      retiresAt: isoSeconds(proof.retiresAt),
    } satisfies Partial<z.infer<typeof supersededSchema>>,
  };
}

export function supersededReturned(
  certificate: Certificate & { readonly supersededAt: Date },
  handshake: {
    readonly at: Date;
    readonly answer: "admitted" | "refused";
    readonly held: readonly string[];
  },
): OutgoingEvent {
  return {
    detailType: supersededReturnedDetailType,
    detail: {
      ...describe(certificate),
      supersededAt: isoSeconds(certificate.supersededAt),
      returnedAt: isoSeconds(handshake.at),
      answer: handshake.answer,
      held: [...handshake.held],
    } satisfies Partial<z.infer<typeof supersededReturnedSchema>>,
  };
}
