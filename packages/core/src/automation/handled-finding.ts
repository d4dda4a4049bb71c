// What has become of a finding: recorded before anything is refused, so that a crash is made up for by the next try,
// and a second delivery changes nothing.
import type { CertificateId, RevocationReason } from "#core/certificate/certificate.ts";
import type { Serial } from "#core/serial.ts";
import type { FindingSource } from "./finding.ts";
import type { RuleAction } from "./rule.ts";

/** What is refused, settled with the brake: certificates that come to be afterwards are not meant. */
export type FindingTargets = {
  readonly certificates: readonly CertificateId[];
  readonly lots: readonly { readonly tenant: string; readonly lot: string }[];
  /** Of authorities without slots. */
  readonly serials: readonly { readonly authorityId: string; readonly serial: Serial }[];
  /** Public keys that nobody shall get a certificate for any more; SHA-256 of the SPKI. */
  readonly keys: readonly string[];
};

export type HandledOrder = {
  readonly ruleId: string;
  readonly action: Exclude<RuleAction, "ignore">;
  readonly reason: RevocationReason;
  readonly note?: string;
};

type Handled = {
  /** `fnd_` and 32 hex digits of a digest of its source, sender and id. */
  readonly id: string;
  readonly source: FindingSource;
  readonly sender: string;
  readonly findingId: string;
  /** When the source last changed it. */
  readonly at: Date;
  readonly actor: string;
  readonly requestId: string;
  readonly handledAt: Date;
};

export type HandledFinding = Handled &
  (
    | { readonly state: "closed" }
    | {
        readonly state: "carrying_out" | "carried_out";
        readonly order: HandledOrder;
        readonly targets: FindingTargets;
      }
    | {
        readonly state: "awaiting_approval";
        readonly order: HandledOrder;
        readonly plans: readonly string[];
      }
  );

export type CarriedFinding = Extract<HandledFinding, { readonly targets: FindingTargets }>;
