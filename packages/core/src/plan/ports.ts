// What plans need of the registry.
import type { AuditRecord } from "#core/audit.ts";
import type { Lot } from "#core/authority/lot.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { CertificatesByKey } from "#core/certificate/find-certificate.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import type { JobRequests } from "#core/job/request-job.ts";
import type { ListingRegistry } from "#core/listing/listing.ts";
import type { CountingPlan, Plan, PlanId } from "./plan.ts";
import type { Selection } from "./selection.ts";

/** What goes with a change of a plan, in its transaction. */
export type PlanChange = { readonly audit?: AuditRecord; readonly event?: OutgoingEvent };

export type PlanStore = {
  /** Strongly consistent. */
  readonly readPlan: (id: string) => Promise<Plan | undefined>;
  /**
   * `next` replaces what was read, if it still has its version; answers it with the next version. Undefined when
   * somebody else has changed it meanwhile. A plan that was never applied is gone some time after it has expired.
   */
  readonly savePlan: (next: Plan, change: PlanChange) => Promise<Plan | undefined>;
  /** In canonical order; strongly consistent. */
  readonly readSelection: (id: PlanId) => Promise<Selection>;
  /** That something was asked of a plan and refused. */
  readonly recordRefused: (audit: AuditRecord) => Promise<void>;
};

/** A page of plans, the newest first; seconds behind. `next`: where the one after it begins. */
export type PlanList = { readonly plans: readonly Plan[]; readonly next: string | undefined };

export type PlanReader = PlanStore & {
  readonly listPlans: (limit: number, after: string | undefined) => Promise<PlanList>;
};

/** All strongly consistent. */
export type PlanFinder = {
  readonly findBySerial: (serial: string, authorityId: string | undefined) => Promise<readonly Certificate[]>;
  readonly findBySha256: (sha256: string) => Promise<readonly Certificate[]>;
  readonly findByHolder: (tenant: string, holder: string) => Promise<readonly Certificate[]>;
  readonly findByKey: CertificatesByKey;
  readonly readLot: (tenant: string, lot: string) => Promise<Lot>;
};

export type PlanRegistry = PlanStore &
  PlanFinder &
  ListingRegistry & {
    /** Answers the plan that has the id already, if there is one. */
    readonly insertPlan: (plan: Plan, audit: AuditRecord) => Promise<Plan | undefined>;
    /**
     * Keeps what has been found so far. `run` tells its bitmaps from those of other runs, so that none overwrites
     * another's: what was found once stays found, whoever dies.
     */
    readonly saveDraft: (plan: Plan, run: string, found: Selection) => Promise<void>;
    /** All drafts together; strongly consistent. */
    readonly readDrafts: (id: PlanId) => Promise<Selection>;
    /** What the plan names. It goes with the plan, some time after that has expired, unless it is kept. */
    readonly writeSelection: (plan: Plan, selection: Selection) => Promise<void>;
    /** Before the plan is applied: what a hold has shut, its end has to find again, however late. */
    readonly keepSelection: (plan: Plan, selection: Selection) => Promise<void>;
    /** Plans that are being counted and that nobody is at any more; 25 at most. The rows are read strongly. */
    readonly listCounting: (now: Date) => Promise<readonly CountingPlan[]>;
  };

export type PlanDeps = {
  readonly registry: PlanRegistry;
  readonly jobs: JobRequests;
  readonly now: () => Date;
};
