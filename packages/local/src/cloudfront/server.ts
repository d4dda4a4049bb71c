// CloudFront's control plane on loopback (REST-XML, 2020-05-31), as far as trust stores go, and what a check of a
// deployment reads beside them: distributions, connection functions, key value stores. Signatures name the caller only.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Authorise } from "../access/authorise.ts";
import { type Clock, systemClock } from "../wire/clock.ts";
import { openPrivateDatabase } from "../wire/database.ts";
import { type FaultInjector, type Outcome, runWithFaults } from "../wire/faults.ts";
import { listenOnLoopback, type RunningServer } from "../wire/listen.ts";
import { BodyTooLargeError, callerAccessKey, readBody } from "../wire/request.ts";
import type { Answer } from "./cloudfront.ts";
import {
  type ConnectionFunctions,
  connectionFunctions,
  type PublishedFunction,
} from "./connection-functions.ts";
import { type Deployment, deployedDistributions } from "./distributions.ts";
import { CloudFrontError } from "./error.ts";
import { operationsOf, resourceOf, routeOf } from "./operations.ts";
import { type Bundle, SCHEMA, trustStoreRecords } from "./trust-store-record.ts";
import { type BundleLocation, current, type TrustStores } from "./trust-stores.ts";
import { writeXml } from "./xml.ts";

export type CloudFrontOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  /** Undefined keeps everything in memory. */
  readonly stateDirectory: string | undefined;
  readonly accountId: string;
  readonly clock?: Clock;
  readonly s3Endpoint: string;
  /** From an update to `active` or `failed`. AWS publishes no number. Default 0. */
  readonly activationDelayMs?: number;
  /** Name to ARN, of the KeyValueStores that there are. */
  readonly keyValueStores?: () => Readonly<Record<string, string>>;
  readonly faults?: FaultInjector;
  readonly authorise?: Authorise;
};

export type CloudFrontServer = RunningServer & {
  /** The bundle that is in force; undefined before the first has become active. */
  readonly activeBundle: (trustStoreId: string) => Bundle | undefined;
  /** Called with each bundle that becomes active from now on. */
  readonly onActive: (listener: (trustStoreId: string, bundle: Bundle) => void) => void;
  readonly deploy: (deployment: Deployment) => void;
  readonly publish: (published: PublishedFunction) => ReturnType<ConnectionFunctions["publish"]>;
};

const longestBody = 1_048_576;
const settleEveryMs = 200;

/** Throws PortBusyError when the port is taken. */
export async function startCloudFrontServer(options: CloudFrontOptions): Promise<CloudFrontServer> {
  const { clock = systemClock, accountId } = options;
  const database = openPrivateDatabase(options.stateDirectory, "cloudfront.sqlite", SCHEMA);
  const listeners: ((id: string, bundle: Bundle) => void)[] = [];
  const distributions = deployedDistributions(accountId, clock.now);
  const functions = connectionFunctions(accountId, clock.now);
  const s3 = openS3(options.s3Endpoint);
  const stores: TrustStores = {
    records: trustStoreRecords(database),
    clock,
    accountId,
    activationDelayMs: options.activationDelayMs ?? 0,
    readBundle: location => readBundle(s3, location),
    usersOf: distributions.idsByTrustStore,
    onActive: (id, bundle) => {
      for (const listener of listeners) listener(id, bundle);
    },
  };
  const operations = operationsOf({
    stores,
    distributions,
    functions,
    keyValueStores: options.keyValueStores ?? (() => ({})),
  });
  const running = await listenOnLoopback(httpServer(operations, options), {
    name: "CloudFront",
    port: options.port,
  });
  // Activation follows the clock, which a test may move, and nobody need ask for it to happen.
  const settling = setInterval(() => {
    for (const { id } of stores.records.all()) current(stores, id);
  }, settleEveryMs);
  return {
    ...running,
    activeBundle: id => current(stores, id).active,
    onActive: listener => listeners.push(listener),
    deploy: distributions.add,
    publish: functions.publish,
    stop: async () => {
      clearInterval(settling);
      await running.stop();
      s3.destroy();
      database.close();
    },
  };
}

function openS3(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "cloudfront", secretAccessKey: "local" },
  });
}

async function readBundle(
  s3: S3Client,
  { bucket, key, version }: BundleLocation,
): Promise<string | "absent" | "denied"> {
  try {
    const { Body } = await s3.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(version === undefined ? {} : { VersionId: version }),
      }),
    );
    return (await Body?.transformToString("utf8")) ?? "absent";
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "AccessDenied") return "denied";
    if (["NoSuchKey", "NoSuchBucket", "NoSuchVersion"].includes(name)) return "absent";
    throw error;
  }
}

function httpServer(operations: ReturnType<typeof operationsOf>, options: CloudFrontOptions) {
  return createServer((request, response) => {
    answer(operations, request, options).then(
      outcome => {
        if (outcome.kind === "dropped") request.socket.destroy();
        else send(response, outcome.value);
      },
      (error: unknown) => {
        const known = error instanceof CloudFrontError ? error : undefined;
        if (known === undefined) console.error(`CloudFront: ${String(error)}`, error);
        sendError(
          response,
          known ?? new CloudFrontError("InternalError", "An internal error occurred.", 500),
        );
      },
    );
  });
}

async function answer(
  operations: ReturnType<typeof operationsOf>,
  request: IncomingMessage,
  { faults, authorise, accountId }: CloudFrontOptions,
): Promise<Outcome<Answer>> {
  const { name, parameter, query } = routeOf(request.method ?? "", request.url ?? "/");
  const accessKeyId = callerAccessKey(request);
  if (accessKeyId === undefined) {
    throw new CloudFrontError("MissingAuthenticationToken", "Missing Authentication Token", 403);
  }
  const body = await readBody(request, longestBody).catch((error: unknown) => {
    if (error instanceof BodyTooLargeError) throw new CloudFrontError("InvalidArgument", error.message);
    throw error;
  });
  const resource = resourceOf(name, parameter, query);
  const needed = { action: `cloudfront:${name}`, resource: `arn:aws:cloudfront::${accountId}:${resource}` };
  const denial = authorise?.(accessKeyId, [needed]);
  if (denial !== undefined) throw new CloudFrontError("AccessDenied", denial, 403);
  return runWithFaults(faults, name, () =>
    operations[name]({ parameter, query, headers: request.headers, body }),
  );
}

function send(response: ServerResponse, { status, etag, root, value, blob }: Answer): void {
  const body = blob ?? (root === undefined ? Buffer.alloc(0) : Buffer.from(writeXml(root, value)));
  response.writeHead(status, {
    "content-type": blob === undefined ? "text/xml" : "application/octet-stream",
    "x-amzn-requestid": randomUUID(),
    ...(status === 204 ? {} : { "content-length": body.length }),
    ...(etag === undefined ? {} : { etag }),
  });
  response.end(status === 204 ? undefined : body);
}

function sendError(response: ServerResponse, { code, message, status }: CloudFrontError): void {
  const requestId = randomUUID();
  const fault = { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message };
  const body = Buffer.from(writeXml("ErrorResponse", { Error: fault, RequestId: requestId }));
  response.writeHead(status, {
    "content-type": "text/xml",
    "x-amzn-requestid": requestId,
    "content-length": body.length,
  });
  response.end(body);
}
