// What faces the outside: the API's gateway, the firmware origin, and the two distributions at the edge.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildEdgeFunctions } from "#edge/build/edge-functions.ts";
import { startApiGateway } from "../api-gateway/server.ts";
import type { DistributionConfig } from "../edge/distribution-config.ts";
import { type RunningEdge, startEdge } from "../edge/start-edge.ts";
import { startFirmwareOrigin } from "../firmware-origin/start-firmware-origin.ts";
import type { LambdaServer } from "../lambda/server.ts";
import type { Clock } from "../wire/clock.ts";
import type { RunningServer } from "../wire/listen.ts";
import { apiRoutes } from "./function-catalogue.ts";
import type { PemIdentity, ServerIdentity } from "./server-identity.ts";
import type { Services } from "./services.ts";
import { accountId, type Ports, region } from "./settings.ts";

export type FrontOptions = {
  readonly ports: Ports;
  readonly clock: Clock;
  readonly services: Services;
  readonly lambda: LambdaServer;
  readonly server: ServerIdentity;
  readonly trustBundle: string;
  readonly originIdentity: PemIdentity;
  readonly originCa: string;
  readonly firmwareDirectory: string;
  readonly logDirectory: string;
};

export type Front = {
  readonly content: RunningEdge;
  readonly api: RunningEdge;
  readonly gateway: RunningServer;
  readonly stop: () => Promise<void>;
};

export async function startFront(options: FrontOptions): Promise<Front> {
  const { ports, server, originCa } = options;
  mkdirSync(options.logDirectory, { recursive: true });
  const gateway = await startApiGateway({
    port: ports.gateway,
    clock: options.clock,
    routes: apiRoutes(),
    tls: server,
    truststorePem: originCa,
    domainName: "api.localhost",
    accountId,
    region,
    invoke: options.lambda.invoke,
  });
  const firmware = await startFirmwareOrigin({
    port: ports.firmware,
    tls: server,
    clientCa: originCa,
    directory: options.firmwareDirectory,
  });
  const content = await startDistribution(options, "content", firmware.url);
  const api = await startDistribution(options, "api", gateway.url);
  return {
    content,
    api,
    gateway,
    stop: async () => {
      for (const running of [content, api, gateway, firmware]) await running.stop();
    },
  };
}

async function startDistribution(
  options: FrontOptions,
  name: "content" | "api",
  originUrl: string,
): Promise<RunningEdge> {
  // The API admits callers without a certificate, because operators come with a token; firmware admits nobody else.
  const optional = name === "api";
  const functions = await buildEdgeFunctions({
    admitWithoutCertificate: optional,
    ocsp: "refuse-revoked",
    identities: "any",
  });
  const distribution: DistributionConfig = {
    id: optional ? "EAPI0000000000" : "ECONTENT000000",
    domainName: `${name}.localhost`,
    mode: optional ? "optional" : "required",
    ignoreCertificateExpiry: false,
    advertiseTrustStoreCaNames: true,
    minimumProtocolVersion: "TLSv1.2_2021",
    connectionFunction: { name: `edgecert-${name}-connection`, code: functions.connection },
    viewerRequestFunction: { name: `edgecert-${name}-viewer-request`, code: functions.viewerRequest },
    origin: { url: originUrl, ca: options.server.ca, clientCertificate: options.originIdentity },
  };
  return startEdge({
    port: options.ports[name],
    clock: options.clock,
    distribution,
    trustStore: { pem: options.trustBundle },
    replica: options.services.keyValueStore.replica(options.services.storeArn),
    serverTls: options.server,
    logFile: join(options.logDirectory, `connections-${name}.jsonl`),
  });
}
