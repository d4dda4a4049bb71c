// The local CloudFront edge: one distribution with viewer mTLS in front of one origin, on loopback.
import { randomBytes } from "node:crypto";
import { type Clock, systemClock } from "../wire/clock.ts";
import { listenOnLoopback, type RunningServer } from "../wire/listen.ts";
import { type Admission, admitConnection } from "./connection/admit-connection.ts";
import { type ConnectionLog, openConnectionLog } from "./connection/connection-log.ts";
import { entryOfAdmission, entryOfFailure } from "./connection/log-entry.ts";
import type { OcspResponder } from "./connection/ocsp.ts";
import { type AcceptedHandshake, createAcceptor, presentedCertificates } from "./connection-acceptor.ts";
import { delayedValue } from "./delayed-value.ts";
import type { DistributionConfig } from "./distribution-config.ts";
import {
  createFunctionRuntime,
  type FunctionCode,
  type FunctionRuntime,
} from "./function-runtime/function-runtime.ts";
import type { FunctionKind } from "./function-runtime/host-operations.ts";
import type { SandboxLimits } from "./function-runtime/sandbox.ts";
import type { Viewer } from "./http/forward-request.ts";
import { openOrigins } from "./http/origins.ts";
import { serveViewers } from "./http/serve-viewers.ts";
import { viewerCertificatePairs } from "./http/viewer-headers.ts";
import { parseTrustStore, type TrustStore } from "./path-validation/trust-store.ts";
import type { EdgeReplica } from "./replica.ts";
import { type ServerTls, tlsOptions } from "./tls-options.ts";

export type EdgeOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock?: Clock;
  readonly distribution: DistributionConfig;
  /** PEM bundle; ignored in passthrough mode, where CloudFront has no trust store, but must still parse. */
  readonly trustStore: { readonly pem: string; readonly ocsp?: boolean };
  /** What OCSP responders answer; without it, none does. */
  readonly ocspResponder?: OcspResponder;
  readonly replica: EdgeReplica;
  /** Of the edge itself, PEM; for HTTP/2 clients it names what they connect to. */
  readonly serverTls: ServerTls;
  /** JSON lines are appended to it. */
  readonly logFile?: string;
  /** From an update to its effect here, on `clock`; CloudFront speaks of minutes. Default 0. */
  readonly rolloutDelayMilliseconds?: number;
  /** Default: 2 MB, and 50 ms of CPU for the documented 5 (QuickJS in WebAssembly is slower than the edge's engine). */
  readonly functionLimits?: SandboxLimits;
  /** One `console.log` line of a function, as CloudWatch would get it. */
  readonly onFunctionLog?: (functionName: string, line: string) => void;
};

type Updates = {
  /** Throws TrustStoreError and keeps the old store when the bundle is not one. Open connections stay. */
  readonly updateTrustStore: (pem: string, ocsp?: boolean) => void;
  /** Throws FunctionCodeError and keeps the old function for code that publishing would refuse. */
  readonly updateConnectionFunction: (code: FunctionCode | undefined) => void;
  readonly updateViewerRequestFunction: (code: FunctionCode | undefined) => void;
};

export type RunningEdge = RunningServer &
  Updates & { readonly connectionLog: Pick<ConnectionLog, "entries" | "subscribe"> };

/** Throws TrustStoreError, FunctionCodeError or PortBusyError. */
export async function startEdge(options: EdgeOptions): Promise<RunningEdge> {
  const { distribution, serverTls, clock = systemClock, onFunctionLog = () => {} } = options;
  const settings = deployedSettings(options, clock, trustStore =>
    server.setSecureContext(tlsOptions(distribution, serverTls, trustStore)),
  );
  const { trustStore, connectionFunction, viewerRequestFunction } = settings;
  const origins = openOrigins(distribution);
  const { originFor } = origins;
  const log = openConnectionLog(options.logFile);
  const viewers = serveViewers(() => {
    return { distribution, originFor, onFunctionLog, viewerRequestFunction: viewerRequestFunction.current() };
  });
  const logContext = () => ({ distribution, connectionId: newConnectionId(), now: clock.now() });

  const server = createAcceptor(tlsOptions(distribution, serverTls, trustStore.current()), {
    admit: handshake => {
      const context = logContext();
      const runtime = connectionFunction.current();
      const presented = presentedCertificates(handshake.socket);
      const admission = admitConnection(
        { presented, clientIp: handshake.clientIp, connectionId: context.connectionId },
        {
          distribution,
          clock,
          trustStore: trustStore.current(),
          ocspResponder: options.ocspResponder,
          connectionFunction: runtime,
        },
      );
      for (const line of admission.run?.logs ?? []) onFunctionLog(runtime?.name ?? "", line);
      log.append(entryOfAdmission(handshake, admission, context));
      if (admission.refusal !== undefined) return false;
      viewers.take(handshake.socket, toViewer(handshake, admission, distribution));
      return true;
    },
    failed: handshake => log.append(entryOfFailure(handshake, logContext())),
  });
  const listening = { name: "CloudFront edge", port: options.port, scheme: "https" } as const;
  const running = await listenOnLoopback(server, listening);
  const stop = async (): Promise<void> => {
    await running.stop();
    origins.close();
    await log.close();
  };
  return {
    ...running,
    ...settings.updates,
    stop,
    connectionLog: { entries: log.entries, subscribe: log.subscribe },
  };
}

/** What can change while the edge runs: trust store and functions, each checked at once and effective after the delay. */
function deployedSettings(options: EdgeOptions, clock: Clock, onTrustStore: (applied: TrustStore) => void) {
  const { distribution, replica, rolloutDelayMilliseconds: delay = 0, functionLimits } = options;
  const limits = functionLimits === undefined ? {} : { limits: functionLimits };
  const load = (kind: FunctionKind, code: FunctionCode | undefined): FunctionRuntime | undefined =>
    code && createFunctionRuntime(kind, code, { clock, replica, ...limits });
  const deployFunction = (kind: FunctionKind, code: FunctionCode | undefined) =>
    delayedValue(load(kind, code), clock, delay, () => {});

  const trustStore = delayedValue(
    parseTrustStore(options.trustStore.pem, options.trustStore.ocsp),
    clock,
    delay,
    onTrustStore,
  );
  const connectionFunction = deployFunction("connection", distribution.connectionFunction);
  const viewerRequestFunction = deployFunction("viewer-request", distribution.viewerRequestFunction);
  const updates: Updates = {
    updateTrustStore: (pem, ocsp) => trustStore.set(parseTrustStore(pem, ocsp)),
    updateConnectionFunction: code => connectionFunction.set(load("connection", code)),
    updateViewerRequestFunction: code => viewerRequestFunction.set(load("viewer-request", code)),
  };
  return { trustStore, connectionFunction, viewerRequestFunction, updates };
}

function toViewer(
  handshake: AcceptedHandshake,
  { certificates }: Admission,
  { mode }: DistributionConfig,
): Viewer {
  const { clientIp: ip, clientPort: port } = handshake;
  return { ip, port, certificatePairs: viewerCertificatePairs(certificates, mode) };
}

/** base64url with padding; the documentation's samples end in `==`. */
function newConnectionId(): string {
  return `${randomBytes(40).toString("base64url")}==`;
}
