// What starts functions from the bus and by the clock: the rules with their targets, and the jobs' schedules. The local
// cloud and infra both declare this list.

import {
  auditProduct,
  securityHubDetailType,
  securityHubSource,
} from "#core/automation/source/device-defender.ts";
import { guardDutyDetailType, guardDutySource } from "#core/automation/source/guardduty.ts";
import { authorityStateChangedDetailType } from "#core/event/authority-state-changed.ts";
import { compromiseReportedDetailType } from "#core/event/compromise-reported.ts";
import { eventSource } from "#core/event/outgoing.ts";
import { type JobName, jobNames, jobRequestedDetailType } from "#core/job/request-job.ts";
import type { FunctionName } from "./function-catalogue.ts";
import type { QueueName } from "./triggers.ts";

export type BusRule = {
  readonly name: string;
  /** Left out: edgecert's own bus. AWS's services put their events on the account's default bus, and nowhere else. */
  readonly bus?: "default";
  readonly pattern: Readonly<Record<string, unknown>>;
  readonly target: { readonly function: FunctionName } | { readonly queue: QueueName };
  /** Left out: the target gets the whole event. */
  readonly inputPath?: string;
};

export const busRules: readonly BusRule[] = [
  {
    name: "compromise-reported",
    // Our own source never reports: what we emit must not come back to us.
    pattern: { "detail-type": [compromiseReportedDetailType], source: [{ "anything-but": eventSource }] },
    target: { function: "compromise-reported" },
  },
  {
    name: "device-defender-finding",
    bus: "default",
    pattern: {
      "detail-type": [securityHubDetailType],
      source: [securityHubSource],
      // Security Hub tells of everything; only this product's findings start the function.
      detail: { findings: { ProductArn: [{ suffix: auditProduct }] } },
    },
    target: { function: "service-finding" },
  },
  {
    name: "guardduty-finding",
    bus: "default",
    pattern: {
      "detail-type": [guardDutyDetailType],
      source: [guardDutySource],
      // Of all it finds, only sessions of a role may come from a certificate.
      detail: { resource: { accessKeyDetails: { userType: ["AssumedRole"] } } },
    },
    target: { function: "service-finding" },
  },
  {
    name: "certificate-revoked",
    pattern: { "detail-type": ["Certificate Revoked"], source: [eventSource] },
    target: { queue: "caRevocationQueue" },
  },
  {
    name: "authority-state-changed",
    pattern: { "detail-type": [authorityStateChangedDetailType], source: [eventSource] },
    target: { function: "maintain-trust-store" },
    inputPath: "$.detail",
  },
  // Runs by hand, and runs that go on where the one before ran out of time.
  ...jobNames.map(job => ({
    name: `run-${job}`,
    pattern: { "detail-type": [jobRequestedDetailType], source: [eventSource], detail: { job: [job] } },
    target: { function: job },
    inputPath: "$.detail",
  })),
];

/** EventBridge Scheduler counts in minutes. `localSeconds`: where the local cloud is in more of a hurry. */
export type JobSchedule = { readonly everyMinutes: number; readonly localSeconds?: number };

export const jobSchedules = {
  "resume-enrolments": { everyMinutes: 1, localSeconds: 30 },
  "sweep-due": { everyMinutes: 5 },
  "backfill-ca": { everyMinutes: 1 },
  "follow-order": { everyMinutes: 1 },
  "count-plans": { everyMinutes: 1 },
  "advance-plans": { everyMinutes: 1 },
  "advance-rotations": { everyMinutes: 1 },
  // A CA makes one audit report in half an hour; the minute keeps each run from coming just too early for one.
  "reconcile-ca": { everyMinutes: 31 },
  "age-out-pages": { everyMinutes: 1_440 },
  "rotate-origin-certificate": { everyMinutes: 1_440 },
  // The event of a change starts it at once; this is for what is pending, and for what others have done to the store.
  "maintain-trust-store": { everyMinutes: 1 },
  "rehearse-authorities": { everyMinutes: 5 },
  // A full listing of the store is billed by the call.
  "reconcile-edge": { everyMinutes: 60, localSeconds: 300 },
} as const satisfies Record<JobName, JobSchedule>;
