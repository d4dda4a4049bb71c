// A record of DynamoDB Streams as the SDK reads it, in the shape in which Lambda hands it to a function. Pure.
import type { AttributeValue, _Record as StreamRecord } from "@aws-sdk/client-dynamodb-streams";
import type { Json, JsonObject } from "../../event-bus/json.ts";

export type LambdaStreamRecord = {
  readonly sequenceNumber: string;
  readonly createdMs: number;
  readonly event: JsonObject;
};

/** The local engine names no Region of its own: `region` is the one that the stack pretends to be in. */
export function lambdaStreamRecord(
  record: StreamRecord,
  streamArn: string,
  region: string,
): LambdaStreamRecord {
  const { dynamodb, userIdentity } = record;
  const created = dynamodb?.ApproximateCreationDateTime ?? new Date(0);
  const sequenceNumber = dynamodb?.SequenceNumber ?? "";
  return {
    sequenceNumber,
    createdMs: created.getTime(),
    event: {
      eventID: record.eventID ?? "",
      eventName: record.eventName ?? "",
      eventVersion: record.eventVersion ?? "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(created.getTime() / 1000),
        Keys: image(dynamodb?.Keys ?? {}),
        ...(dynamodb?.NewImage && { NewImage: image(dynamodb.NewImage) }),
        ...(dynamodb?.OldImage && { OldImage: image(dynamodb.OldImage) }),
        SequenceNumber: sequenceNumber,
        SizeBytes: dynamodb?.SizeBytes ?? 0,
        StreamViewType: dynamodb?.StreamViewType ?? "",
      },
      ...(userIdentity && {
        userIdentity: { type: userIdentity.Type ?? "", principalId: userIdentity.PrincipalId ?? "" },
      }),
      eventSourceARN: streamArn,
    },
  };
}

function image(attributes: Readonly<Record<string, AttributeValue>>): JsonObject {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attribute(value)]));
}

/** Bytes become base64 text; all other attribute types are JSON already. */
function attribute(value: AttributeValue): Json {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(attribute) };
  if (value.M !== undefined) return { M: image(value.M) };
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.SS !== undefined) return { SS: value.SS };
  if (value.NS !== undefined) return { NS: value.NS };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  return { NULL: true };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
