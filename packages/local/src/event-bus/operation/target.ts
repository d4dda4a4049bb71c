// Operations on the targets of a rule: what one may say, and how many there may be.
import { parseInput } from "../../pca/input/constraint.ts";
import { AwsError, type Operation } from "../../wire/aws-json.ts";
import { listTargetsInput, putTargetsInput, removeTargetsInput, type Target } from "../input.ts";
import { pageOf } from "../page.ts";
import { parseInputPath } from "../target-input.ts";
import type { Deps } from "./bus.ts";
import { limitExceeded } from "./bus.ts";
import { knownRule } from "./rule.ts";

// Quota of a rule, not adjustable.
const maxTargets = 5;

export function targetOperations({ book }: Pick<Deps, "book">) {
  return {
    PutTargets: input => {
      const { Rule, EventBusName, Targets } = parseInput(putTargetsInput, input);
      const rule = knownRule(book, EventBusName, Rule);
      for (const target of Targets) checkTarget(target);
      const ids = new Set([...book.targets(rule), ...Targets].map(target => target.Id));
      if (ids.size > maxTargets) throw limitExceeded();
      for (const target of Targets) book.putTarget(rule, target);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule: input => {
      const request = parseInput(listTargetsInput, input);
      const targets = book.targets(knownRule(book, request.EventBusName, request.Rule));
      const { items, token } = pageOf(targets, target => target.Id, request);
      return { Targets: items, ...token };
    },
    RemoveTargets: input => {
      const { Rule, EventBusName, Ids } = parseInput(removeTargetsInput, input);
      const rule = knownRule(book, EventBusName, Rule);
      for (const id of Ids) book.removeTarget(rule, id);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
  } satisfies Record<string, Operation>;
}

const arnShape = /^arn:aws[\w-]*:[\w-]+:[\w-]*:\d*:.+$/;

/** Throws ValidationException for a target that the service would not take. */
function checkTarget(target: Target): void {
  const refuse = (message: string): never => {
    throw new AwsError("ValidationException", message);
  };
  if (!arnShape.test(target.Arn)) {
    refuse(`Parameter ${target.Arn} is not valid. Reason: Provided Arn is not in correct format.`);
  }
  const inputs = [target.Input, target.InputPath, target.InputTransformer].filter(
    input => input !== undefined,
  );
  if (inputs.length > 1) {
    refuse(`Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`);
  }
  if (target.InputTransformer !== undefined) {
    refuse(`InputTransformer for target ${target.Id} is not supported here; transform in the target.`);
  }
  if (target.Input !== undefined && !isJson(target.Input))
    refuse(`JSON syntax error in input for target ${target.Id}`);
  if (target.InputPath !== undefined && parseInputPath(target.InputPath) === undefined) {
    refuse(`Invalid InputPath for target ${target.Id}`);
  }
  if (target.Arn.endsWith(".fifo") && !target.SqsParameters?.MessageGroupId) {
    refuse(`Parameter(s) MessageGroupId must be specified for target: ${target.Id}.`);
  }
  const queue = target.DeadLetterConfig?.Arn;
  // A dead-letter queue is a standard queue; a FIFO one is refused.
  if (queue !== undefined && (!/^arn:aws[\w-]*:sqs:/.test(queue) || queue.endsWith(".fifo"))) {
    refuse(
      `Parameter DeadLetterConfig.Arn is not valid for target ${target.Id}: it must be a standard SQS queue.`,
    );
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
