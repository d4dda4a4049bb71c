// One HTTPS request through the edge, on a connection of its own unless told otherwise, as a device or a factory line makes it.
import { type Agent, request } from "node:https";

export type ClientIdentity = { readonly key: string; readonly certificate: string };

export type EdgeCall = {
  readonly url: string;
  /** PEM of what signed the edge's server certificate. */
  readonly serverCa: string;
  readonly identity?: ClientIdentity | undefined;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Keeps connections, which the call then shares with others of the same identity. */
  readonly agent?: Agent | undefined;
};

export type EdgeAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: NodeJS.Dict<string | string[]>;
      readonly body: string;
    }
  /** The connection was closed before any HTTP: how an edge refuses a client. */
  | { readonly kind: "refused"; readonly reason: string };

const refusals = new Set([
  "ECONNRESET",
  "EPIPE",
  "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
  "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",
]);

export function callEdge(call: EdgeCall): Promise<EdgeAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      call.url,
      {
        method: call.method ?? "GET",
        ca: call.serverCa,
        agent: call.agent ?? false,
        ...(call.identity === undefined ? {} : { key: call.identity.key, cert: call.identity.certificate }),
        headers: {
          ...call.headers,
          ...(call.body === undefined ? {} : { "content-length": Buffer.byteLength(call.body) }),
        },
      },
      response => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            kind: "answered",
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      if (refusals.has(error.code ?? "")) resolve({ kind: "refused", reason: error.code ?? error.message });
      else reject(error);
    });
    outgoing.end(call.body);
  });
}
