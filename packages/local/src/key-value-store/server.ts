// The CloudFront KeyValueStore data plane on loopback, and the replicas that edge locations read.
// Signatures are asked for but not verified: on this machine the key id only names the caller.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Authorise } from "../access/authorise.ts";
import { AwsError } from "../wire/aws-json.ts";
import { type Clock, systemClock } from "../wire/clock.ts";
import { type FaultInjector, type Outcome, runWithFaults } from "../wire/faults.ts";
import { listenOnLoopback, type RunningServer } from "../wire/listen.ts";
import { BodyTooLargeError, callerAccessKey, readBody } from "../wire/request.ts";
import { awsLimits, invalid, type StoreLimits } from "./limits.ts";
import { type EdgeReplica, type ReplicaFeed, startReplica } from "./replica.ts";
import { type Answer, operations, routeOf } from "./route.ts";
import { openStores, type StaleAnswer, type Stores } from "./store.ts";

export type KeyValueStoreOptions = {
  readonly port: number;
  /** Where `key-value-store.sqlite` lives; undefined keeps everything in memory. */
  readonly stateDirectory: string | undefined;
  readonly clock?: Clock;
  readonly accountId: string;
  /** Stores that exist from the start; a name that exists already keeps its ARN and content. */
  readonly storeNames?: readonly string[];
  /** How long one change of one key takes to reach a replica; a function is asked per change. Default 0. */
  readonly propagationDelayMs?: number | (() => number);
  /** Default "validation": ValidationException 400. "conflict": ConflictException 409. Clients must take both. */
  readonly staleAnswer?: StaleAnswer;
  readonly limits?: Partial<StoreLimits>;
  readonly authorise?: Authorise;
  readonly faults?: FaultInjector;
};

export type KeyValueStoreServer = RunningServer & {
  readonly createStore: (name: string) => { readonly arn: string };
  /** A new edge location, which starts from the acknowledged content. Throws ResourceNotFoundException. */
  readonly replica: (arn: string) => EdgeReplica;
};

export async function startKeyValueStoreServer(options: KeyValueStoreOptions): Promise<KeyValueStoreServer> {
  const clock = options.clock ?? systemClock;
  const limits = { ...awsLimits, ...options.limits };
  const feeds: { readonly arn: string; readonly feed: ReplicaFeed }[] = [];
  const stores = openStores({
    path:
      options.stateDirectory === undefined
        ? ":memory:"
        : join(options.stateDirectory, "key-value-store.sqlite"),
    accountId: options.accountId,
    clock,
    limits,
    staleAnswer: options.staleAnswer ?? "validation",
    onCommit: commit => {
      for (const { arn, feed } of feeds) if (arn === commit.state.arn) feed.take(commit);
    },
  });
  for (const name of options.storeNames ?? []) stores.create(name);
  const given = options.propagationDelayMs ?? 0;
  const delay = typeof given === "number" ? () => given : given;
  const running = await listenOnLoopback(httpServer(stores, limits, options), {
    name: "key value store",
    port: options.port,
  });
  return {
    ...running,
    createStore: name => ({ arn: stores.create(name) }),
    replica: arn => {
      const feed = startReplica({ state: stores.describe(arn), items: stores.all(arn), clock, delay });
      feeds.push({ arn, feed });
      return feed.replica;
    },
    stop: async () => {
      await running.stop();
      for (const { feed } of feeds) feed.stop();
      stores.close();
    },
  };
}

type Rules = Pick<KeyValueStoreOptions, "authorise" | "faults">;

function httpServer(stores: Stores, limits: StoreLimits, rules: Rules) {
  return createServer((request, response) => {
    answer(stores, limits, request, rules).then(
      outcome => {
        if (outcome.kind === "dropped") request.socket.destroy();
        else send(response, 200, outcome.value, undefined);
      },
      (error: unknown) => {
        const known = error instanceof AwsError ? error : undefined;
        if (known === undefined) console.error(`key value store: ${String(error)}`, error);
        const message = known?.message ?? "Internal server error.";
        // The service's error shapes name the member `Message`; the gateway in front of it writes `message`.
        const body = { Message: message, message };
        send(response, known?.status ?? 500, { body }, known?.code ?? "InternalServerException");
      },
    );
  });
}

async function answer(
  stores: Stores,
  limits: StoreLimits,
  request: IncomingMessage,
  { authorise, faults }: Rules,
): Promise<Outcome<Answer>> {
  const head = { method: request.method ?? "", target: request.url ?? "/" };
  const route = routeOf(head);
  const accessKeyId = callerAccessKey(request);
  if (accessKeyId === undefined) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
  }
  const needed = { action: `cloudfront-keyvaluestore:${route.name}`, resource: route.arn };
  const denial = authorise?.(accessKeyId, [needed]);
  if (denial !== undefined) throw new AwsError("AccessDeniedException", denial, 403);
  const body = await readBody(request, limits.maxRequestBytes).catch((error: unknown) => {
    throw error instanceof BodyTooLargeError ? invalid("The request is too large") : error;
  });
  const ifMatch = request.headers["if-match"];
  return runWithFaults(faults, route.name, () =>
    operations[route.name](stores, limits, route, { ...head, ifMatch, body }),
  );
}

function send(
  response: ServerResponse,
  status: number,
  { etag, body }: Answer,
  errorType: string | undefined,
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "x-amzn-requestid": randomUUID(),
    "content-length": Buffer.byteLength(text),
    ...(etag === undefined ? {} : { etag }),
    ...(errorType === undefined ? {} : { "x-amzn-errortype": errorType }),
  });
  response.end(text);
}
