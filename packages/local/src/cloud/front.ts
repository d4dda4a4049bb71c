// What faces the outside: the API's gateway, the firmware origin, and the three distributions at the edge.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildEdgeFunctions } from "#edge/build/edge-functions.ts";
import { apiRoutes } from "#functions/catalogue/function-catalogue.ts";
import type { OnAnswer } from "../api-gateway/answer.ts";
import { startApiGateway } from "../api-gateway/server.ts";
import type { DistributionConfig, OriginConfig } from "../edge/distribution-config.ts";
import { originCertificate } from "../edge/origin-certificate.ts";
import { type RunningEdge, startEdge } from "../edge/start-edge.ts";
import { startFirmwareOrigin } from "../firmware-origin/start-firmware-origin.ts";
import type { Invoke } from "../lambda/function-definition.ts";
import type { Clock } from "../wire/clock.ts";
import type { RunningServer } from "../wire/listen.ts";
import type { OriginCertificates } from "./origin-certificates.ts";
import type { ServerIdentity } from "./server-identity.ts";
import type { Services } from "./services.ts";
import { accountId, type Ports, region } from "./settings.ts";

/** The one path of the API that the edge forwards with the rehearsal certificate. */
const rehearsalPath = "/v1/origin-certificate/rehearsal";

export type FrontOptions = {
  readonly ports: Ports;
  readonly clock: Clock;
  readonly services: Services;
  readonly invoke: Invoke;
  readonly server: ServerIdentity;
  readonly trustStoreId: string;
  readonly originCertificates: OriginCertificates;
  readonly originCa: string;
  readonly firmwareDirectory: string;
  readonly logDirectory: string;
  readonly onApiAnswer: OnAnswer | undefined;
};

export type Front = {
  readonly content: RunningEdge;
  readonly api: RunningEdge;
  /** The API again, for holders of expired certificates and for the route that renews them. */
  readonly renewal: RunningEdge;
  readonly gateway: RunningServer;
  /** The files of their connection logs. */
  readonly connectionLogs: readonly string[];
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
    invoke: options.invoke,
    onAnswer: options.onApiAnswer,
  });
  const firmware = await startFirmwareOrigin({
    port: ports.firmware,
    tls: server,
    clientCa: originCa,
    directory: options.firmwareDirectory,
    clock: options.clock,
  });
  const content = await startDistribution(options, "content", firmware.url);
  const api = await startDistribution(options, "api", gateway.url);
  const renewal = await startDistribution(options, "renewal", gateway.url);
  options.services.cloudfront.onActive((id, { pem, ocsp }) => {
    if (id !== options.trustStoreId) return;
    for (const edge of [content, api, renewal]) edge.updateTrustStore(pem, ocsp);
  });
  return {
    content,
    api,
    renewal,
    gateway,
    connectionLogs: distributions.map(name => connectionLogOf(options, name)),
    stop: async () => {
      for (const running of [content, api, renewal, gateway, firmware]) await running.stop();
    },
  };
}

const distributions = ["content", "api", "renewal"] as const;
type DistributionName = (typeof distributions)[number];

export const distributionIds = {
  content: "ECONTENT000000",
  api: "EAPI0000000000",
  renewal: "ERENEWAL000000",
} as const satisfies Record<DistributionName, string>;

function connectionLogOf({ logDirectory }: FrontOptions, name: DistributionName): string {
  return join(logDirectory, `connections-${name}.jsonl`);
}

async function startDistribution(
  options: FrontOptions,
  name: DistributionName,
  originUrl: string,
): Promise<RunningEdge> {
  // The API admits callers without a certificate, because operators come with a token; firmware admits nobody else.
  const optional = name === "api";
  // Its functions let an expired certificate renew itself and do nothing else (threat G7).
  const toRenew = name === "renewal";
  const functions = await buildEdgeFunctions({
    admitWithoutCertificate: optional,
    ocsp: "refuse-revoked",
    identities: "any",
    ...(toRenew ? { admitExpired: "to-renew" } : {}),
  });
  const id = distributionIds[name];
  const originWith = (certificateArn: string): OriginConfig => ({
    url: originUrl,
    ca: options.server.ca,
    clientCertificate: originCertificate(
      options.services.acm,
      certificateArn,
      `arn:aws:cloudfront::${accountId}:distribution/${id}`,
    ),
  });
  const { live, rehearsal } = options.originCertificates;
  const distribution: DistributionConfig = {
    id,
    domainName: `${name}.localhost`,
    mode: optional ? "optional" : "required",
    ignoreCertificateExpiry: toRenew,
    advertiseTrustStoreCaNames: true,
    minimumProtocolVersion: "TLSv1.2_2021",
    connectionFunction: { name: `edgecert-${name}-connection`, code: functions.connection },
    viewerRequestFunction: { name: `edgecert-${name}-viewer-request`, code: functions.viewerRequest },
    origin: originWith(live),
    // The same origin, but with the certificate that rotation is about to make the live one.
    behaviours: optional ? [{ pathPattern: rehearsalPath, origin: originWith(rehearsal) }] : [],
  };
  const { cloudfront, keyValueStore, storeArn } = options.services;
  const connectionFunctionId = cloudfront.publish({
    name: `edgecert-${name}-connection`,
    code: functions.connection,
    storeArn,
  });
  cloudfront.deploy({
    config: distribution,
    trustStoreId: options.trustStoreId,
    connectionFunctionId,
    originCertificateArns: [live, ...(optional ? [rehearsal] : [])],
  });
  const trusted = cloudfront.activeBundle(options.trustStoreId);
  if (trusted === undefined) throw new Error("the trust store has no bundle in force");
  return startEdge({
    port: options.ports[name],
    clock: options.clock,
    distribution,
    trustStore: trusted,
    replica: keyValueStore.replica(storeArn),
    serverTls: options.server,
    logFile: connectionLogOf(options, name),
  });
}
