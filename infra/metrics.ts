// The figures that alarms and dashboard look at: our functions' own, Lambda's, and how many messages wait in a queue.
import type { EdgeMetric } from "#functions/metrics.ts";
import { named } from "./names.ts";

export type Metric = {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, $util.Input<string>>>;
  /** `p99` is what CloudWatch calls an extended statistic. */
  readonly statistic: "Maximum" | "Minimum" | "Sum" | "p99";
};

/** A metric of our own functions: packages/functions/src/metrics.ts. */
export function ours(metricName: EdgeMetric, statistic: Metric["statistic"] = "Maximum"): Metric {
  return { namespace: named("metrics"), metricName, dimensions: { service: "edge" }, statistic };
}

export function lambda(
  functionName: string,
  metricName: string,
  statistic: Metric["statistic"] = "Sum",
): Metric {
  return {
    namespace: "AWS/Lambda",
    metricName,
    dimensions: { FunctionName: named(functionName) },
    statistic,
  };
}

export function waitingIn(queue: aws.sqs.Queue): Metric {
  return {
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: queue.name },
    statistic: "Maximum",
  };
}
