// The verdict on one finished handshake, in the documented order: presence, trust, then the connection function.
import type { Clock } from "../../wire/clock.ts";
import type { DistributionConfig } from "../distribution-config.ts";
import type { FunctionRun, FunctionRuntime } from "../function-runtime/function-runtime.ts";
import type { EdgeCertificate } from "../path-validation/parse-certificate.ts";
import type { TrustStore } from "../path-validation/trust-store.ts";
import { readPresented, validateChain } from "../path-validation/validate-path.ts";
import { type ConnectionEvent, certificatesOfEvent } from "./connection-event.ts";
import type { ConnectionRefusal } from "./connection-log.ts";
import { askResponders, type OcspResponder, type RevocationStatus, refusalOf } from "./ocsp.ts";

export type Handshake = {
  /** What the viewer presented, leaf first, as DER; possession of the leaf's key is proven. */
  readonly presented: readonly Buffer[];
  readonly clientIp: string;
  readonly connectionId: string;
};

/** What the HTTP side needs to know of an admitted viewer. */
export type ViewerCertificates = {
  readonly leaf: EdgeCertificate;
  readonly others: readonly EdgeCertificate[];
};

export type Admission = {
  readonly refusal: ConnectionRefusal | undefined;
  readonly certificates: ViewerCertificates | undefined;
  /** Absent when the function was not reached. */
  readonly run: FunctionRun | undefined;
};

export type AdmissionContext = {
  readonly distribution: DistributionConfig;
  readonly trustStore: TrustStore;
  readonly ocspResponder?: OcspResponder | undefined;
  readonly connectionFunction: FunctionRuntime | undefined;
  readonly clock: Clock;
};

type Trust =
  | {
      readonly kind: "refused";
      readonly refusal: ConnectionRefusal;
      readonly certificates?: ViewerCertificates;
    }
  | {
      readonly kind: "trusted";
      readonly certificates: ViewerCertificates;
      readonly below: readonly EdgeCertificate[];
      /** Where the trust store asks for it. */
      readonly revocation?: RevocationStatus;
    };

export function admitConnection(handshake: Handshake, context: AdmissionContext): Admission {
  const { distribution, connectionFunction } = context;
  if (handshake.presented.length === 0 && distribution.mode === "required") {
    return { refusal: "ClientCertMissing", certificates: undefined, run: undefined };
  }
  const trust = handshake.presented.length === 0 ? undefined : judge(handshake.presented, context);
  if (trust?.kind === "refused") {
    return { refusal: trust.refusal, certificates: trust.certificates, run: undefined };
  }
  const run = connectionFunction?.invoke(toEvent(handshake, distribution, trust));
  // With a function its word counts, against CloudFront's own as well.
  const refusal = run === undefined ? trust?.revocation && refusalOf(trust.revocation) : refusalOfRun(run);
  return { refusal, certificates: trust?.certificates, run };
}

function judge(presented: readonly Buffer[], context: AdmissionContext): Trust {
  const { distribution, trustStore, clock } = context;
  const chain = readPresented(presented);
  if (chain.kind === "refused") return { kind: "refused", refusal: chain.reason };
  const certificates: ViewerCertificates = { leaf: chain.leaf, others: chain.others };
  // Passthrough has no trust store: the origin judges, the edge only saw that the key is there.
  if (distribution.mode === "passthrough") return { kind: "trusted", certificates, below: chain.others };
  const verdict = validateChain(chain.leaf, chain.others, {
    anchors: trustStore.anchors,
    now: clock.now(),
    ignoreCertificateExpiry: distribution.ignoreCertificateExpiry,
  });
  if (verdict.kind === "refused") return { kind: "refused", refusal: verdict.reason, certificates };
  const below = verdict.path.certificates.slice(1);
  if (!trustStore.ocsp) return { kind: "trusted", certificates, below };
  const revocation = askResponders(chain.leaf, below, context.ocspResponder);
  if (revocation === undefined) {
    return { kind: "refused", refusal: "ClientCertOcspProcessingError", certificates };
  }
  return { kind: "trusted", certificates, below, revocation };
}

function toEvent(
  { clientIp, connectionId }: Handshake,
  { domainName, id, eventNameForm }: DistributionConfig,
  trust: Extract<Trust, { kind: "trusted" }> | undefined,
): ConnectionEvent {
  const form = eventNameForm ?? "certificate-order";
  const certificate = trust && certificatesOfEvent(trust.certificates.leaf, trust.below, form);
  const revocation = trust?.revocation === undefined ? {} : { revocationStatus: trust.revocation };
  const client = certificate === undefined ? {} : { clientCertificate: { ...certificate, ...revocation } };
  return { ...client, clientIp, endpoint: domainName, distributionId: id, connectionId };
}

/** Documented: neither method called means denied. What time or memory exhaustion means is not; it refuses here. */
function refusalOfRun(run: FunctionRun): ConnectionRefusal | undefined {
  if (run.end.kind === "failed") return "ConnectionFunctionError";
  return run.decision === "allow" ? undefined : "ConnectionFunctionDenied";
}
