// Lambda's mappings: from the table's stream and from the queues to their functions.
import { queueTriggers, streamTriggers } from "#functions/catalogue/triggers.ts";
import type { Functions } from "./functions.ts";
import { logical } from "./names.ts";
import type { StageResources } from "./stage.ts";

const functionResponseTypes = ["ReportBatchItemFailures"];

export function declareTriggers(functions: Functions, { table, queues, deadLetters }: StageResources): void {
  for (const { functionName, filterPatterns, ...batch } of streamTriggers) {
    new aws.lambda.EventSourceMapping(`${logical(functionName)}Stream`, {
      functionName: functions[functionName].arn,
      eventSourceArn: table.streamArn,
      startingPosition: "TRIM_HORIZON",
      ...batch,
      filterCriteria: { filters: filterPatterns.map(pattern => ({ pattern })) },
      functionResponseTypes,
      // Shards keep their order; a stream's own day is the limit of retries.
      parallelizationFactor: 1,
      destinationConfig: { onFailure: { destinationArn: deadLetters.arn } },
    });
  }
  for (const { functionName, queue, maximumConcurrency, ...batch } of queueTriggers) {
    new aws.lambda.EventSourceMapping(`${logical(functionName)}Queue`, {
      functionName: functions[functionName].arn,
      eventSourceArn: queues[queue].arn,
      ...batch,
      scalingConfig: { maximumConcurrency },
      functionResponseTypes,
    });
  }
}
