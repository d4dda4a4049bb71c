// A security finding, whoever made it: what every adapter turns its own format into, and what the rules look at.
import type { RevocationReason } from "#core/certificate/certificate.ts";
import type { ReportSelector } from "#core/event/compromise-reported.ts";

/** `report`: the event `Certificate Compromise Reported`. `webhook`: a signed call of `POST /v1/findings`. */
export const findingSources = ["report", "device-defender", "guardduty", "webhook"] as const;
export type FindingSource = (typeof findingSources)[number];

export type SecurityFinding = {
  readonly source: FindingSource;
  /** The event's own source, or the name of the webhook's key: whom the source says that it is from. */
  readonly sender: string;
  /** The account that the event came from; undefined where the call proves its sender by a signature. */
  readonly account: string | undefined;
  /** Of the finding, unique to its source and sender: the same id is acted upon once. */
  readonly id: string;
  /** When the source last changed it: decides which of two states of one finding is the newer. */
  readonly at: Date;
  /** The sender has withdrawn it, or a person has settled it there: nothing is done about it. */
  readonly isClosed: boolean;
  /** The source's own name for this kind of finding. */
  readonly type: string;
  /** From 0 to 10; undefined when the source does not say. */
  readonly severity: number | undefined;
  readonly selector: ReportSelector;
  /** Successors of what it names go too. */
  readonly lineage: boolean;
  /** What the source says of why; a rule may say otherwise. */
  readonly reason: RevocationReason;
  readonly note: string | undefined;
  /** As audit records carry it: `event:<source>:<event id>` or `webhook:<sender>:<message id>`. */
  readonly actor: string;
};
