// Lines of a log in the envelope in which CloudWatch Logs hands them to a function. Pure.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

export type LogSource = {
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilter: string;
};

/** Ids are of 56 digits at AWS, and the same when an event is delivered again: here they follow from place and text. */
export function subscriptionEvent(
  source: LogSource,
  lines: readonly { readonly text: string; readonly position: number }[],
  now: Date,
): { readonly awslogs: { readonly data: string } } {
  const message = {
    messageType: "DATA_MESSAGE",
    owner: source.owner,
    logGroup: source.logGroup,
    logStream: source.logStream,
    subscriptionFilters: [source.subscriptionFilter],
    logEvents: lines.map(({ text, position }) => ({
      id: eventId(`${source.logStream}:${position}:${text}`),
      timestamp: now.getTime(),
      message: text,
    })),
  };
  return { awslogs: { data: gzipSync(JSON.stringify(message)).toString("base64") } };
}

function eventId(text: string): string {
  const digest = createHash("sha256").update(text).digest("hex");
  return BigInt(`0x${digest}`).toString().padStart(56, "0").slice(-56);
}
