// Builds the connection log's line for a judged or a broken handshake.

import type { AcceptedHandshake, FailedHandshake } from "../connection-acceptor.ts";
import type { DistributionConfig } from "../distribution-config.ts";
import type { Admission } from "./admit-connection.ts";
import { serialText, validityText } from "./certificate-text.ts";
import type { ConnectionLogEntry, ConnectionRefusal } from "./connection-log.ts";
import { renderName } from "./render-name.ts";

export type LogContext = {
  readonly distribution: DistributionConfig;
  readonly connectionId: string;
  readonly now: Date;
};

const unknown = "-";

export function entryOfAdmission(
  handshake: AcceptedHandshake,
  { refusal, certificates, run }: Admission,
  context: LogContext,
): ConnectionLogEntry {
  const { socket } = handshake;
  const leaf = certificates?.leaf;
  const form = context.distribution.eventNameForm ?? "certificate-order";
  const certificateFields = leaf && {
    clientLeafCertSerialNumber: serialText(leaf),
    clientLeafCertSubject: renderName(leaf.subject, form),
    clientLeafCertIssuer: renderName(leaf.issuer, form),
    clientLeafCertValidity: validityText(leaf),
  };
  return {
    ...blankEntry(handshake, refusal, context),
    tlsProtocol: socket.getProtocol() ?? unknown,
    tlsCipher: socket.getCipher()?.standardName ?? unknown,
    // Node types servername as always there; a viewer without SNI leaves it false.
    tlsSni: typeof socket.servername === "string" ? socket.servername : unknown,
    ...certificateFields,
    connectionLogCustomData: run?.customData ?? unknown,
  };
}

export function entryOfFailure(handshake: FailedHandshake, context: LogContext): ConnectionLogEntry {
  return blankEntry(handshake, refusalOfTlsError(handshake.errorCode), context);
}

function blankEntry(
  { clientIp, clientPort, serverIp, milliseconds }: Omit<AcceptedHandshake, "socket">,
  refusal: ConnectionRefusal | undefined,
  { distribution, connectionId, now }: LogContext,
): ConnectionLogEntry {
  return {
    eventTimestamp: now.getTime(),
    connectionId,
    connectionStatus: refusal === undefined ? "Success" : `Failed:${refusal}`,
    clientIp,
    clientPort: String(clientPort),
    serverIp,
    distributionId: distribution.id,
    distributionTenantId: unknown,
    tlsProtocol: unknown,
    tlsCipher: unknown,
    tlsHandshakeDuration: Math.round(milliseconds),
    tlsSni: unknown,
    clientLeafCertSerialNumber: unknown,
    clientLeafCertSubject: unknown,
    clientLeafCertIssuer: unknown,
    clientLeafCertValidity: unknown,
    connectionLogCustomData: unknown,
  };
}

/** OpenSSL's own failures, by node's code: before a certificate could be judged, or while its key was proven. */
function refusalOfTlsError(code: string): ConnectionRefusal {
  if (code === "ERR_TLS_HANDSHAKE_TIMEOUT") return "TcpTimeout";
  if (code === "ERR_SSL_EXCESSIVE_MESSAGE_SIZE") return "ClientCertMaxSizeExceeded";
  if (/^ERR_SSL_.*(SIGNATURE|CERTIFICATE|ASN1|CERT)/.test(code)) return "ClientCertInvalid";
  return /^(ECONN|EPIPE|ETIMEDOUT)/.test(code) ? "TcpError" : "UnmappedConnectionError";
}
