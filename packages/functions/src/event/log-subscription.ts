// What a CloudWatch Logs subscription delivers to a function: a message in JSON, gzip and base64.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { fail } from "#core/error.ts";
import { findingsOf } from "../http/json-body.ts";

/** An asynchronous invocation carries 1 MB at most; what swells to more than this is no connection log. */
const longestBytes = 64 * 1024 * 1024;

const messageSchema = z.discriminatedUnion("messageType", [
  z.object({ messageType: z.literal("DATA_MESSAGE"), logEvents: z.array(z.object({ message: z.string() })) }),
  // CloudWatch Logs makes sure that the function is there.
  z.object({ messageType: z.literal("CONTROL_MESSAGE") }),
]);

const packed = z.string().transform((text, context): unknown => {
  try {
    const unpacked = gunzipSync(Buffer.from(text, "base64"), { maxOutputLength: longestBytes });
    return JSON.parse(unpacked.toString("utf8"));
  } catch {
    context.addIssue({ code: "custom", message: "not JSON in gzip in base64" });
    return z.NEVER;
  }
});

const eventSchema = z.object({ awslogs: z.object({ data: packed.pipe(messageSchema) }) });

/** The log's lines, in their order. Fails with `event.malformed`. */
export function linesOf(event: unknown): readonly string[] {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) return fail("event.malformed", { findings: findingsOf(parsed.error) });
  const message = parsed.data.awslogs.data;
  return message.messageType === "DATA_MESSAGE" ? message.logEvents.map(({ message: line }) => line) : [];
}
