// Reads what a function answered to a batch: done, failed as a whole, or failed from certain items on. Pure.
// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
import type { InvokeResult } from "../function-definition.ts";

export type BatchOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed" }
  /** Never empty; every id is one of the batch. */
  | { readonly kind: "partly-failed"; readonly identifiers: ReadonlySet<string> };

/**
 * Judges `result`. Without `reportBatchItemFailures` the answer's content does not count. An empty or absent list is
 * success, as at AWS (so a misspelt `batchItemFailures` loses records there too); a bad or unknown identifier fails all.
 */
export function batchOutcome(
  result: InvokeResult,
  identifiers: ReadonlySet<string>,
  reportBatchItemFailures: boolean,
): BatchOutcome {
  if (result.functionError !== undefined) return { kind: "failed" };
  if (!reportBatchItemFailures) return { kind: "done" };
  const answer: unknown = JSON.parse(result.payload);
  if (answer === null) return { kind: "done" };
  if (typeof answer !== "object" || Array.isArray(answer)) return { kind: "failed" };
  const failures = "batchItemFailures" in answer ? answer.batchItemFailures : null;
  if (failures === null) return { kind: "done" };
  if (!Array.isArray(failures)) return { kind: "failed" };
  const failed = failures.map(identifierOf);
  if (!failed.every(identifier => identifier !== undefined && identifiers.has(identifier))) {
    return { kind: "failed" };
  }
  if (failed.length === 0) return { kind: "done" };
  return {
    kind: "partly-failed",
    identifiers: new Set(failed.filter(identifier => identifier !== undefined)),
  };
}

function identifierOf(failure: unknown): string | undefined {
  if (typeof failure !== "object" || failure === null || !("itemIdentifier" in failure)) return undefined;
  return typeof failure.itemIdentifier === "string" ? failure.itemIdentifier : undefined;
}
