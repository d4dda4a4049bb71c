// The jobs' schedules: EventBridge Scheduler, with retries and the dead letters for a run that could not be started.

import type { JobName } from "#core/job/request-job.ts";
import { type JobSchedule, jobSchedules } from "#functions/catalogue/rules.ts";
import type { Functions } from "./functions.ts";
import { logical, named } from "./names.ts";

export function declareJobs(functions: Functions, deadLetters: aws.sqs.Queue): void {
  // `Object.entries` forgets the keys' type.
  const jobs = Object.entries(jobSchedules) as [JobName, JobSchedule][];
  const role = declareRole(
    jobs.map(([job]) => functions[job].arn),
    deadLetters,
  );
  for (const [job, { everyMinutes }] of jobs) {
    new aws.scheduler.Schedule(`${logical(job)}Schedule`, {
      name: named(job),
      scheduleExpression: `rate(${everyMinutes} ${everyMinutes === 1 ? "minute" : "minutes"})`,
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: functions[job].arn,
        roleArn: role.arn,
        input: JSON.stringify({ job }),
        // A run that comes an hour late is one of the next runs.
        retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
        deadLetterConfig: { arn: deadLetters.arn },
      },
    });
  }
}

/** The scheduler's: it may start the jobs and give up to the dead letters. */
function declareRole(jobArns: readonly $util.Output<string>[], deadLetters: aws.sqs.Queue) {
  return new aws.iam.Role("SchedulerRole", {
    name: named("scheduler"),
    assumeRolePolicy: $jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "scheduler.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "aws:SourceAccount": aws.getCallerIdentityOutput().accountId } },
        },
      ],
    }),
    inlinePolicies: [
      {
        name: "start-jobs",
        policy: $jsonStringify({
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [...jobArns] },
            { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [deadLetters.arn] },
          ],
        }),
      },
    ],
  });
}
