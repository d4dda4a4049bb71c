// What carrying out a plan needs of the registry and of the edge store.
import type { AuditRecord } from "#core/audit.ts";
import type { Authority } from "#core/authority/authority.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import type { PageFollowRegistry } from "#core/order/follow-order.ts";
import type { Order } from "#core/order/order.ts";
import type { EdgeStore } from "#core/publication/ports.ts";
import type { LotRevocationRegistry } from "#core/revocation/revoke-lot.ts";
import type { RevokedSerial } from "#core/revocation/revoked-serial.ts";
import type { Plan, PlanId } from "./plan.ts";
import type { AuthorityChange, PlanWork } from "./plan-work.ts";
import type { PlanStore } from "./ports.ts";
import type { PlannedSerial } from "./selection.ts";

/** All in one transaction, at most 100 items. */
export type WorkChange = {
  /** New ones, or ones that are held and become `lifted`. */
  readonly orders?: readonly Order[];
  readonly serials?: readonly RevokedSerial[];
  /** Expects of the row what differs between the two, and nothing else. */
  readonly authority?: AuthorityChange;
  /** The plan's own end. */
  readonly plan?:
    | { readonly state: "applied"; readonly at: Date }
    | { readonly state: "failed"; readonly because: string };
  readonly audits?: readonly AuditRecord[];
  readonly events?: readonly OutgoingEvent[];
};

export type WorkRegistry = Pick<PlanStore, "readPlan" | "readSelection"> & {
  /** One transaction: the plan is being applied, its work, audit. False when the plan has moved on since it was read. */
  readonly beginWork: (plan: Plan, work: PlanWork, audit: AuditRecord) => Promise<boolean>;
  /** Strongly consistent, as all reads here. */
  readonly readWork: (id: PlanId) => Promise<PlanWork | undefined>;
  /** Undefined when somebody else has moved the work on, or something of the change has another state than expected. */
  readonly saveWork: (next: PlanWork, change: WorkChange) => Promise<PlanWork | undefined>;
  /** Of `serials`, those that a report has named before. */
  readonly readReported: (serials: readonly PlannedSerial[]) => Promise<readonly PlannedSerial[]>;
  readonly listAuthorities: () => Promise<readonly Authority[]>;
};

export type AdvanceRegistry = WorkRegistry &
  PageFollowRegistry & {
    /** Whether an enrolment that holds one of the orders' slots has no certificate yet. */
    readonly hasOpenEnrolment: (orders: readonly Order[]) => Promise<boolean>;
  };

export type ApplyDeps = {
  readonly registry: WorkRegistry & LotRevocationRegistry;
  readonly now: () => Date;
};

export type AdvanceDeps = {
  readonly registry: AdvanceRegistry & LotRevocationRegistry;
  readonly store: Pick<EdgeStore, "list" | "read">;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly now: () => Date;
};
