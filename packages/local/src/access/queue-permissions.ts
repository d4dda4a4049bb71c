// What a request to SQS or S3 needs. Both are behind one address on this machine: SQS names its operation in a header.
import * as z from "zod";
import type { Permission } from "./evaluate.ts";

const onQueue = z.object({ QueueUrl: z.string() });

/** IAM knows no batch actions: SendMessageBatch is SendMessage. */
export function sqsPermissions(
  queueArn: (name: string) => string,
  operation: string,
  body: unknown,
): readonly Permission[] {
  // What names no queue is refused as one that nobody may use.
  const name = onQueue.safeParse(body).data?.QueueUrl.split("/").at(-1) ?? "*";
  return [{ action: `sqs:${operation.replace(/Batch$/, "")}`, resource: queueArn(name) }];
}

const objectActions: Readonly<Record<string, string>> = {
  GET: "s3:GetObject",
  HEAD: "s3:GetObject",
  PUT: "s3:PutObject",
  POST: "s3:PutObject",
  DELETE: "s3:DeleteObject",
};

/** Path style. What is asked of a bucket itself goes by the name of listing it, which no function may. */
export function s3Permissions(method: string, target: string): readonly Permission[] {
  const [path = ""] = target.split("?", 1);
  const [bucket = "", ...key] = path.slice(1).split("/").map(decoded);
  return key.join("/") === ""
    ? [{ action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}` }]
    : [{ action: objectActions[method] ?? "s3:*", resource: `arn:aws:s3:::${bucket}/${key.join("/")}` }];
}

/** A part that is no percent-encoding stands for itself: the service refuses it. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
