// The doors of the services that check no permissions of their own.
import { tableLayout } from "#aws/registry/table.ts";
import type { Authorise } from "../access/authorise.ts";
import { type DeniedAnswer, startDoor } from "../access/door.ts";
import { dynamoDbPermissions } from "../access/dynamodb-permissions.ts";
import { s3Permissions, sqsPermissions } from "../access/queue-permissions.ts";
import type { RunningServer } from "../wire/listen.ts";
import { queueArn } from "./settings.ts";
import { tableArnPrefix } from "./stage-arns.ts";

type DoorPlace = { readonly port: number; readonly serviceUrl: string; readonly authorise: Authorise };

/** DynamoDB writes the member `Message`, alone among its errors. */
export function startDatabaseDoor({ authorise, ...place }: DoorPlace): Promise<RunningServer> {
  const account = { tableArnPrefix, layout: tableLayout };
  return startDoor({
    ...place,
    name: "DynamoDB Local",
    refuse: (accessKeyId, { target }, body) => {
      const denial = authorise(accessKeyId, dynamoDbPermissions(account, operationOf(target), json(body)));
      return denial === undefined
        ? undefined
        : {
            status: 400,
            contentType: "application/x-amz-json-1.0",
            body: JSON.stringify({
              __type: "com.amazon.coral.service#AccessDeniedException",
              Message: denial,
            }),
          };
    },
  });
}

export function startQueueDoor({ authorise, ...place }: DoorPlace): Promise<RunningServer> {
  return startDoor({
    ...place,
    name: "SQS and S3",
    refuse: (accessKeyId, { method, url, target }, body) => {
      if (target === undefined) {
        const denial = authorise(accessKeyId, s3Permissions(method, url));
        return denial === undefined ? undefined : s3Denial(denial);
      }
      const denial = authorise(accessKeyId, sqsPermissions(queueArn, operationOf(target), json(body)));
      return denial === undefined
        ? undefined
        : {
            status: 403,
            contentType: "application/x-amz-json-1.0",
            body: JSON.stringify({
              __type: "com.amazon.coral.service#AccessDeniedException",
              message: denial,
            }),
          };
    },
  });
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function s3Denial(message: string): DeniedAnswer {
  const text = message.replace(/[&<>]/g, character => entities[character] ?? "");
  return {
    status: 403,
    contentType: "application/xml",
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>${text}</Message></Error>`,
  };
}

function operationOf(target = ""): string {
  return target.split(".").at(-1) ?? "";
}

/** What is no JSON names nothing that a role could allow. */
function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
