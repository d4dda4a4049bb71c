// The local scheduler: invokes the job functions at their interval, as EventBridge Scheduler does on AWS.
import type { JobName } from "#core/job/request-job.ts";

export type Schedule = { readonly stop: () => void };

// By their type, all of them can be run by hand too.
const jobs = [
  { functionName: "resume-enrolments", everySeconds: 30 },
  { functionName: "sweep-due", everySeconds: 300 },
  { functionName: "backfill-ca", everySeconds: 60 },
  { functionName: "follow-order", everySeconds: 60 },
  { functionName: "advance-rotations", everySeconds: 60 },
  // A CA makes one audit report in half an hour; the minute keeps each run from coming just too early for one.
  { functionName: "reconcile-ca", everySeconds: 1_860 },
  { functionName: "age-out-pages", everySeconds: 86_400 },
  { functionName: "rotate-origin-certificate", everySeconds: 86_400 },
  // Hourly on AWS, where a full listing is billed by the call.
  { functionName: "reconcile-edge", everySeconds: 300 },
] as const satisfies readonly { readonly functionName: JobName; readonly everySeconds: number }[];

export function startSchedule(invokeAsync: (functionName: string, event: unknown) => unknown): Schedule {
  const timers = jobs.map(({ functionName, everySeconds }) =>
    setInterval(() => invokeAsync(functionName, { job: functionName }), everySeconds * 1_000),
  );
  return {
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
