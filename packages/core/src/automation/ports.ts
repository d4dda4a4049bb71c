// What automation needs of the registry, and of the plans that it leaves to people.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { CertificatesByKey } from "#core/certificate/find-certificate.ts";
import type { PlanOrder } from "#core/plan/plan.ts";
import type { HoldRegistry } from "#core/revocation/hold.ts";
import type { RevocationRegistry } from "#core/revocation/ports.ts";
import type { LotRevocationRegistry } from "#core/revocation/revoke-lot.ts";
import type { SerialRevocationRegistry } from "#core/revocation/revoke-serial.ts";
import type { BrakeScope, BrakeState } from "./brake.ts";
import type { CarriedFinding, HandledFinding } from "./handled-finding.ts";
import type { RecordedRule } from "./rule.ts";

export type RuleRegistry = {
  /** Strongly consistent: a rule that is taken back is not applied once more. */
  readonly listRules: () => Promise<readonly RecordedRule[]>;
  /** Expects the version before the rule's own; undefined when written, or else the version there is. */
  readonly recordRule: (rule: RecordedRule, audit: AuditRecord) => Promise<number | undefined>;
  /** Expects `version`; undefined when gone, or else the version there is. */
  readonly deleteRule: (id: string, version: number, audit: AuditRecord) => Promise<number | undefined>;
};

export type FindingRegistry = {
  /** Strongly consistent. */
  readonly readHandled: (id: string) => Promise<HandledFinding | undefined>;
  /** Strongly consistent; in the order of `scopes`, with version 0 where nothing was counted yet. */
  readonly readBrakes: (ruleId: string, scopes: readonly BrakeScope[]) => Promise<readonly BrakeState[]>;
  /**
   * One transaction: the finding, the brakes' new states (each expects the version before), audit.
   * `handled`: another worker was first, or the finding is known in a newer state. `moved`: a brake is not as it was read.
   */
  readonly recordHandled: (
    finding: HandledFinding,
    brakes: readonly BrakeState[],
    audit: AuditRecord,
  ) => Promise<"recorded" | "handled" | "moved">;
  /** From `carrying_out`; nothing is left to do for it. */
  readonly recordCarriedOut: (finding: CarriedFinding) => Promise<void>;
  /** A tenant's certificates that have neither expired nor been revoked, counted up to `atMost`; seconds old. */
  readonly countLive: (tenant: string, atMost: number, now: Date) => Promise<number>;
};

/** What findings may name, and how it is refused. All reads are strongly consistent. */
export type TargetRegistry = RevocationRegistry &
  LotRevocationRegistry &
  SerialRevocationRegistry &
  HoldRegistry & {
    readonly findByKey: CertificatesByKey;
    /** Absent ones are left out; order is not kept. */
    readonly readCertificates: (ids: readonly string[]) => Promise<readonly Certificate[]>;
    /** For ever, for every tenant, whether or not anybody has a certificate for it (I14). False when it was before. */
    readonly blockKey: (spkiSha256: string, audit: AuditRecord) => Promise<boolean>;
  };

/** Plans that a rule makes because its brake holds. */
export type PlanProposals = {
  /**
   * Makes a plan that is applied only once a person has approved it, and tells that it waits. Safe to repeat:
   * the same `key` is the same plan. Answers the plan's id.
   */
  readonly propose: (proposal: PlanProposal) => Promise<string>;
};

export type PlanProposal = {
  readonly key: string;
  readonly order: PlanOrder;
  readonly author: string;
  readonly requestId: string;
  /** Why a person has to look at it: sentences. */
  readonly because: readonly string[];
};

export type AutomationDeps = {
  readonly rules: Pick<RuleRegistry, "listRules">;
  readonly findings: FindingRegistry;
  readonly registry: TargetRegistry;
  readonly plans: PlanProposals;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<void>;
};
