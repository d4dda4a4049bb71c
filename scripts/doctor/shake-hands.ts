// A real handshake with the edge and one request, over a connection of its own.
import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { HandshakeOutcome } from "#core/doctor/check-canary.ts";

export type Identity = { readonly certificate: string; readonly key: string };

const patienceMs = 15_000;
/** The edge resets a connection that it refuses; which call of ours meets the reset first is chance. */
const resets = new Set([
  "ECONNRESET",
  "EPIPE",
  "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
  "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",
]);

/** `identity` and `serverCa`: files. Undefined shows no certificate, and trusts public CAs only. */
export function shakeHands(
  url: string,
  identity: Identity | undefined,
  serverCa: string | undefined,
): Promise<HandshakeOutcome> {
  const shown = identity && { cert: readFileSync(identity.certificate), key: readFileSync(identity.key) };
  const trust = serverCa === undefined ? {} : { ca: readFileSync(serverCa) };
  return new Promise(resolve => {
    const outgoing = request(url, { agent: false, timeout: patienceMs, ...shown, ...trust }, answer => {
      answer.resume();
      resolve({ kind: "served", status: answer.statusCode ?? 0 });
      outgoing.destroy();
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in 15 seconds")));
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      // The same code without a connection, a name or a route is no verdict of the edge.
      const isVerdict = outgoing.socket?.connecting === false && resets.has(error.code ?? "");
      resolve(isVerdict ? { kind: "refused" } : { kind: "unreachable", why: error.message });
    });
    outgoing.end();
  });
}
