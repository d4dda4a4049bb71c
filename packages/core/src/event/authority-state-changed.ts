// `Authority State Changed`, version 1: a CA was registered, or goes on in its roll-over. The JSON Schema in docs/events/
// is generated from this; members may be added, so consumers ignore those that they do not know.
import * as z from "zod";
import { type Authority, type AuthorityState, authorityStates } from "#core/authority/authority.ts";
import { isoSeconds, type OutgoingEvent } from "./outgoing.ts";

export const authorityStateChangedSchema = z.object({
  version: z.literal("1"),
  authority: z.string(),
  kind: z.enum(["managed", "adopted", "foreign"]),
  /** The CA's subject, as the edge compares it. */
  issuer: z.string(),
  /** Absent for one that was just registered. */
  from: z.enum(authorityStates).optional(),
  to: z.enum(authorityStates),
  /** Why the change was made against what stood in its way. */
  forcedBecause: z.string().optional(),
  actor: z.string(),
  changedAt: z.iso.datetime(),
});

export const authorityStateChangedDetailType = "Authority State Changed";

export type StateChange = {
  readonly from?: AuthorityState;
  readonly to: AuthorityState;
  readonly forcedBecause?: string | undefined;
  readonly actor: string;
  readonly at: Date;
};

export function authorityStateChanged(
  { id, kind, issuerDn }: Authority,
  { from, to, forcedBecause, actor, at }: StateChange,
): OutgoingEvent {
  return {
    detailType: authorityStateChangedDetailType,
    detail: {
      version: "1",
      authority: id,
      kind,
      issuer: issuerDn,
      ...(from === undefined ? {} : { from }),
      to,
      ...(forcedBecause === undefined ? {} : { forcedBecause }),
      actor,
      changedAt: isoSeconds(at),
    } satisfies z.infer<typeof authorityStateChangedSchema>,
  };
}
