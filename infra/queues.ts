// The queues of the catalogue, and the one queue for all that was given up: messages, events, records, invocations.
import { type QueueName, queueCatalogue } from "#functions/catalogue/triggers.ts";
import { mapValues } from "./map-values.ts";
import { logical, named } from "./names.ts";

type QueueLimits = { readonly maxReceiveCount: number; readonly visibilitySeconds: number };

const fourteenDays = 14 * 86_400;

export function declareQueues() {
  const deadLetters = new aws.sqs.Queue("DeadLetters", {
    name: named("dead-letters"),
    messageRetentionSeconds: fourteenDays,
    sqsManagedSseEnabled: true,
  });
  const queues = mapValues<QueueName, QueueLimits, aws.sqs.Queue>(queueCatalogue, (limits, name) => {
    const { maxReceiveCount, visibilitySeconds } = limits;
    return new aws.sqs.Queue(logical(kebab(name)), {
      name: named(kebab(name)),
      visibilityTimeoutSeconds: visibilitySeconds,
      messageRetentionSeconds: fourteenDays,
      sqsManagedSseEnabled: true,
      redrivePolicy: $jsonStringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount }),
    });
  });
  return { deadLetters, queues };
}

/** `caRevocationQueue` is `ca-revocation-queue`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** Lets rules of the bus send to a queue, and nobody without TLS. One policy per queue: SQS keeps only the last. */
export function allowRules(
  name: string,
  queue: aws.sqs.Queue,
  ruleArns: readonly $util.Output<string>[],
): void {
  new aws.sqs.QueuePolicy(`${name}Policy`, {
    queueUrl: queue.url,
    policy: $jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Resource: queue.arn,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        ...(ruleArns.length === 0
          ? []
          : [
              {
                Effect: "Allow",
                Principal: { Service: "events.amazonaws.com" },
                Action: "sqs:SendMessage",
                Resource: queue.arn,
                Condition: { ArnEquals: { "aws:SourceArn": [...ruleArns] } },
              },
            ]),
      ],
    }),
  });
}
