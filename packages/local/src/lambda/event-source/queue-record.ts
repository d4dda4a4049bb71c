// An SQS message as the SDK reads it, in the shape in which Lambda hands it to a function. Pure.
import type { Message } from "@aws-sdk/client-sqs";
import type { Json, JsonObject } from "../../event-bus/json.ts";

export function lambdaQueueRecord(message: Message, queueArn: string, region: string): JsonObject {
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    attributes: { ...message.Attributes },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        {
          ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
          ...(value.BinaryValue !== undefined && {
            binaryValue: Buffer.from(value.BinaryValue).toString("base64"),
          }),
          stringListValues: [],
          binaryListValues: [],
          dataType: value.DataType ?? "",
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? "",
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

/** What a filter pattern sees: the record with its body parsed, where the body is JSON. */
export function filterableRecord(record: JsonObject): Json {
  try {
    return { ...record, body: JSON.parse(String(record["body"])) };
  } catch {
    return record;
  }
}
