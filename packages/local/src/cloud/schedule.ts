// The local scheduler: invokes the job functions at their interval, as EventBridge Scheduler does on AWS.
import { type JobSchedule, jobSchedules } from "#functions/catalogue/rules.ts";

export type Schedule = { readonly stop: () => void };

export function startSchedule(invokeAsync: (functionName: string, event: unknown) => unknown): Schedule {
  const timers = Object.entries<JobSchedule>(jobSchedules).map(([job, { everyMinutes, localSeconds }]) =>
    setInterval(() => invokeAsync(job, { job }), (localSeconds ?? everyMinutes * 60) * 1_000),
  );
  return {
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
