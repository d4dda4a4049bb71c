// SQS and S3 of the local cloud: the npm emulator fauxqs, with its state in SQLite.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startFauxqs } from "fauxqs";
import { type QueueName, queueCatalogue } from "#functions/catalogue/triggers.ts";
import { PortBusyError, type RunningServer } from "../wire/listen.ts";
import {
  accountId,
  auditReportsBucket,
  deadLetterQueue,
  queueArn,
  queueNames,
  region,
  trustBundlesBucket,
} from "./settings.ts";

export type QueueServer = RunningServer & {
  readonly send: (
    queueArn: string,
    body: unknown,
    attributes?: Readonly<Record<string, string>>,
  ) => Promise<void>;
};

export async function startQueues(port: number, stateDirectory: string | undefined): Promise<QueueServer> {
  const dataDir = stateDirectory === undefined ? undefined : join(stateDirectory, "queues");
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const server = await startFauxqs({
    port,
    host: "127.0.0.1",
    logger: false,
    defaultRegion: region,
    ...(dataDir === undefined ? {} : { dataDir }),
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EADDRINUSE" ? new PortBusyError("SQS and S3", port) : error;
  });
  server.createQueue(deadLetterQueue, { region });
  for (const [queue, { maxReceiveCount, visibilitySeconds }] of Object.entries(queueCatalogue)) {
    // `Object.entries` forgets the keys' type, and the catalogue has no others.
    server.createQueue(queueNames[queue as QueueName], {
      region,
      attributes: {
        VisibilityTimeout: String(visibilitySeconds),
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn(deadLetterQueue), maxReceiveCount }),
      },
    });
  }
  for (const bucket of [auditReportsBucket, trustBundlesBucket]) server.createBucket(bucket);
  const url = `http://127.0.0.1:${server.port}`;
  const client = new SQSClient({
    endpoint: url,
    region,
    credentials: { accessKeyId: "event-bus", secretAccessKey: "local" },
  });
  return {
    port: server.port,
    url,
    send: async (arn, body, attributes = {}) => {
      await client.send(
        new SendMessageCommand({
          QueueUrl: `${url}/${accountId}/${arn.split(":").at(-1) ?? ""}`,
          MessageBody: JSON.stringify(body),
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, value]) => [
              name,
              { DataType: "String", StringValue: value },
            ]),
          ),
        }),
      );
    },
    stop: () => server.stop(),
  };
}
