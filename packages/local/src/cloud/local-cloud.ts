// The whole local cloud: AWS services, CAs, functions, and the edge in front. Everything that AWS would keep is kept
// under the state directory; stopping and starting again finds it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ACMClient } from "@aws-sdk/client-acm";
import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { buildTrustBundle } from "#core/authority/trust-bundle.ts";
import { buildFunctions } from "#functions/build/build-functions.ts";
import type { GrantUse } from "../access/authorise.ts";
import type { OnAnswer } from "../api-gateway/answer.ts";
import { startLocalIssuer } from "../api-gateway/local-issuer.ts";
import type { InvocationTrace } from "../lambda/function-pool.ts";
import { type Clock, systemClock } from "../wire/clock.ts";
import type { FaultInjector } from "../wire/faults.ts";
import { type Compute, startCompute } from "./compute.ts";
import { ensureTrustStore } from "./ensure-trust-store.ts";
import { type Front, startFront } from "./front.ts";
import { ensureHierarchy, type Hierarchy } from "./hierarchy.ts";
import { keptSecret } from "./kept-secret.ts";
import { ensureOriginCertificates, type OriginCertificates } from "./origin-certificates.ts";
import { startSchedule } from "./schedule.ts";
import { serverIdentity } from "./server-identity.ts";
import { type Services, startServices } from "./services.ts";
import { accountId, audience, issuePerSecond, operatorCredentials, type Ports, region } from "./settings.ts";

export type LocalCloudOptions = {
  readonly ports: Ports;
  /** Certificates, logs and bundles go here; databases too when `durable`. */
  readonly stateDirectory: string;
  readonly durable: boolean;
  readonly clock?: Clock;
  readonly clockOffsetMs?: SharedArrayBuffer;
  readonly limits?: "aws" | "relaxed";
  /** What the functions take the CA's rate to be; what the limits say when not given. */
  readonly issuePerSecond?: number | undefined;
  readonly propagationDelayMs?: number;
  readonly faults?: FaultInjector;
  /** Bundles that were built before; without it they are built now. */
  readonly bundleDirectory?: string | undefined;
  /** Told of every invocation of a function that has ended, and of the calls that it made. */
  readonly onInvocation?: ((trace: InvocationTrace) => void) | undefined;
  /** Told of each grant that a function has used. */
  readonly onGrantUse?: ((use: GrantUse) => void) | undefined;
  /** Told of every answer of the API to a request that one of its routes took. */
  readonly onApiAnswer?: OnAnswer | undefined;
  /** Told the name of each stage as it begins. */
  readonly onStage?: (stage: string) => void;
  /** Ends a start that is under way at its next stage: it rejects with the signal's reason and leaves nothing running. */
  readonly signal?: AbortSignal;
};

export type LocalCloud = {
  readonly urls: {
    readonly content: string;
    readonly api: string;
    /** The API's renewal route alone, for expired certificates too. */
    readonly renewal: string;
    readonly dynamodb: string;
    readonly pca: string;
    readonly acm: string;
    readonly cloudfront: string;
    readonly keyValueStore: string;
    readonly eventBus: string;
    readonly lambda: string;
    readonly queues: string;
  };
  /** How a client reaches the API: its URL and the PEM that signed the edge's server certificate. */
  readonly access: { readonly apiUrl: string; readonly serverCa: string };
  readonly files: {
    readonly serverCa: string;
    readonly trustBundle: string;
    readonly firmware: string;
    readonly logs: string;
    /** The directory of the Lambda functions' bundles. */
    readonly bundles: string;
  };
  readonly hierarchy: Hierarchy;
  readonly trustStoreId: string;
  readonly originCertificates: OriginCertificates;
  readonly services: Services;
  readonly compute: Compute;
  readonly front: Front;
  /** Of the operator `operator` with every scope, unless told otherwise. */
  readonly operatorToken: (scopes?: readonly string[], subject?: string) => Promise<string>;
  readonly stop: () => Promise<void>;
};

const allScopes = [
  "certificates:read",
  "certificates:write",
  "revocations:plan",
  "revocations:apply",
  "revocations:approve",
  "authorities:write",
];

export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { ports, stateDirectory: directory, clock = systemClock } = options;
  const onStage = (stage: string): void => {
    options.signal?.throwIfAborted();
    options.onStage?.(stage);
  };
  const state = options.durable ? join(directory, "state") : undefined;
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
  };
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    onStage("building the functions");
    const bundleDirectory = options.bundleDirectory ?? join(directory, "functions");
    const built = options.bundleDirectory === undefined ? buildFunctions(bundleDirectory) : Promise.resolve();
    // Awaited below; until then its failure must not count as unhandled.
    built.catch(() => undefined);
    onStage("starting DynamoDB Local, Private CA, ACM, CloudFront, EventBridge, SQS and S3");
    let compute: Compute | undefined;
    const running = (): Compute => {
      if (compute === undefined) throw new Error("the functions are not started yet");
      return compute;
    };
    const services = await startServices({
      ports,
      stateDirectory: state,
      clock,
      limits: options.limits ?? "aws",
      propagationDelayMs: options.propagationDelayMs ?? 0,
      faults: options.faults,
      signal: options.signal,
      onGrantUse: options.onGrantUse,
      invokeFunction: (name, event) => {
        // An event that an earlier run still owed: the bus keeps it and tries again.
        running().lambda.invokeAsync(name, event);
      },
    });
    stops.push(services.stop);
    onStage("making sure of the CA hierarchy");
    const pca = new ACMPCAClient({ endpoint: services.pca.url, region, credentials: operatorCredentials });
    const hierarchy = await ensureHierarchy(pca, join(state ?? directory, "hierarchy.json"));
    const trustStoreId = await ensureTrustStore({
      cloudfrontUrl: services.cloudfront.url,
      s3Url: services.queues.url,
      firstBundle: buildTrustBundle([hierarchy.issuing.certificatePem]),
    });
    const acm = new ACMClient({
      endpoint: services.acm.url,
      region,
      credentials: operatorCredentials,
      maxAttempts: 10,
    });
    stops.push(() => acm.destroy());
    const originCertificates = await ensureOriginCertificates({
      acm,
      pca,
      ca: hierarchy.origin,
      clock,
      file: join(state ?? directory, "origin-certificates.json"),
    });
    services.arns.learn({
      originCa: [hierarchy.origin.arn],
      originCertificates: [originCertificates.live, originCertificates.rehearsal],
      trustStore: [`arn:aws:cloudfront::${accountId}:trust-store/${trustStoreId}`],
    });
    const server = await serverIdentity(join(directory, "tls"));
    onStage("starting the edge and the functions");
    const issuer = await startLocalIssuer({ port: ports.issuer, stateDirectory: state, clock });
    stops.push(issuer.stop);
    const logs = join(directory, "logs");
    const firmware = join(directory, "firmware");
    writeFirmware(firmware);
    const files = {
      serverCa: server.caPath,
      trustBundle: join(directory, "trust-bundle.pem"),
      firmware,
      logs,
      bundles: bundleDirectory,
    };
    writeFileSync(files.trustBundle, services.cloudfront.activeBundle(trustStoreId)?.pem ?? "");
    services.cloudfront.onActive((_, { pem }) => writeFileSync(files.trustBundle, pem));
    // Ended after the edge, and started after it: a function is told where the edge listens.
    stops.push(async () => compute?.stop());
    const front = await startFront({
      ports,
      onApiAnswer: options.onApiAnswer,
      clock,
      services,
      invoke: (name, event) => running().lambda.invoke(name, event),
      server,
      trustStoreId,
      originCertificates,
      originCa: hierarchy.origin.certificatePem,
      firmwareDirectory: firmware,
      logDirectory: logs,
    });
    stops.push(front.stop);
    await built;
    compute = await startCompute({
      port: ports.lambda,
      stateDirectory: state,
      bundleDirectory,
      logDirectory: logs,
      clock,
      clockOffsetMs: options.clockOffsetMs,
      services,
      onInvocation: options.onInvocation,
      trustStoreId,
      issuePerSecond: options.issuePerSecond ?? issuePerSecond[options.limits ?? "aws"],
      webhookKey: keptSecret(join(state ?? directory, "webhook-key")),
      operators: { issuer: issuer.url, audience, jwksUri: `${issuer.url}/.well-known/jwks.json` },
      originCertificate: {
        liveArn: originCertificates.live,
        rehearsalArn: originCertificates.rehearsal,
        caArn: hierarchy.origin.arn,
        edgeUrl: localhost(front.api.port),
      },
      extraCaFile: server.caPath,
      connectionLogs: front.connectionLogs,
    });
    const schedule = startSchedule(compute.lambda.invokeAsync);
    stops.push(schedule.stop);
    return {
      urls: {
        content: localhost(front.content.port),
        api: localhost(front.api.port),
        renewal: localhost(front.renewal.port),
        dynamodb: services.dynamodb.url,
        pca: services.pca.url,
        acm: services.acm.url,
        cloudfront: services.cloudfront.url,
        keyValueStore: services.keyValueStore.url,
        eventBus: services.eventBus.url,
        lambda: compute.lambda.url,
        queues: services.queues.url,
      },
      access: { apiUrl: localhost(front.api.port), serverCa: server.ca },
      files,
      hierarchy,
      trustStoreId,
      originCertificates,
      services,
      compute,
      front,
      operatorToken: (scopes = allScopes, subject = "operator") =>
        issuer.mintToken({ subject, scopes, ttlSeconds: 3_600 }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const localhost = (port: number): string => `https://localhost:${port}`;

function writeFirmware(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "firmware-1.0.0.bin"), `edgecert sample firmware 1.0.0\n`.repeat(64));
}
