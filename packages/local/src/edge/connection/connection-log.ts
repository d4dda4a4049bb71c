// CloudFront's connection log (CONNECTION_LOGS): one JSON object a line for every connection, refused ones too.
import { createWriteStream } from "node:fs";
import type { CertificateRefusal } from "../path-validation/validate-path.ts";

/** The values of `connectionStatus` after `Failed:` that can happen here. */
export type ConnectionRefusal =
  | CertificateRefusal
  | "ClientCertMissing"
  | "ClientCertOcspDenied"
  | "ClientCertOcspProcessingError"
  | "ConnectionFunctionDenied"
  | "ConnectionFunctionError"
  | "TcpError"
  | "TcpTimeout"
  | "UnmappedConnectionError";

/** Field names as documented (connection-logs); an unknown value is `-`. */
export type ConnectionLogEntry = {
  /** Milliseconds since 1970, as the documentation's sample has it. */
  readonly eventTimestamp: number;
  readonly connectionId: string;
  readonly connectionStatus: "Success" | `Failed:${ConnectionRefusal}`;
  readonly clientIp: string;
  readonly clientPort: string;
  readonly serverIp: string;
  readonly distributionId: string;
  readonly distributionTenantId: string;
  readonly tlsProtocol: string;
  readonly tlsCipher: string;
  /** Milliseconds from TCP accept to the verdict. */
  readonly tlsHandshakeDuration: number;
  readonly tlsSni: string;
  readonly clientLeafCertSerialNumber: string;
  readonly clientLeafCertSubject: string;
  readonly clientLeafCertIssuer: string;
  readonly clientLeafCertValidity: string;
  readonly connectionLogCustomData: string;
};

export type ConnectionLog = {
  readonly append: (entry: ConnectionLogEntry) => void;
  /** The last 1,000 entries, oldest first. */
  readonly entries: () => readonly ConnectionLogEntry[];
  /** Returns the function that ends the subscription. */
  readonly subscribe: (listener: (entry: ConnectionLogEntry) => void) => () => void;
  readonly close: () => Promise<void>;
};

const keptEntries = 1000;

export function openConnectionLog(file: string | undefined): ConnectionLog {
  const stream = file === undefined ? undefined : createWriteStream(file, { flags: "a", mode: 0o600 });
  const kept: ConnectionLogEntry[] = [];
  const listeners = new Set<(entry: ConnectionLogEntry) => void>();
  return {
    append: entry => {
      stream?.write(`${JSON.stringify(entry)}\n`);
      kept.push(entry);
      if (kept.length > keptEntries) kept.shift();
      for (const listener of listeners) listener(entry);
    },
    entries: () => [...kept],
    subscribe: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => new Promise(resolve => (stream === undefined ? resolve() : stream.end(() => resolve()))),
  };
}
