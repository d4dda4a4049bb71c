// A request to node's own HTTPS server, which Express and Fastify hand through.
import type { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import { judgeChain } from "../chain/judge-chain.ts";
import type { Trust } from "../chain/trust.ts";
import type { ConnectionFault, Verdict } from "../verdict.ts";
import type { HeaderPair } from "../viewer/headers.ts";
import { type ReadOptions, readViewer } from "../viewer/read-viewer.ts";

export type VerifierOptions = {
  readonly origin: Trust;
  /** Default `required`. `ignored` only where no edgecert viewer-request function runs: see docs/origin.md. */
  readonly edgeHeaders?: "required" | "ignored";
  /** Whose viewers are let in, where the distribution is in passthrough mode; nowhere else. */
  readonly passthrough?: Trust;
  /** Default: the machine's clock. */
  readonly now?: () => Date;
};

/**
 * Who sent this request. The server must ask for client certificates (`requestCert: true`); `rejectUnauthorized` may be
 * false, because every request is judged here, also those on a connection that was opened long ago.
 */
export function fromNodeRequest(request: IncomingMessage, options: VerifierOptions): Verdict {
  const now = options.now?.() ?? new Date();
  const fault = judgeSocket(request.socket, options.origin, now);
  if (fault !== undefined) return { kind: "refused", reasons: [{ code: fault }] };
  return readViewer(pairsOf(request.rawHeaders), readOptions(options, now));
}

/** Whether the other end of the connection is CloudFront; undefined: it is. */
export function judgeSocket(socket: unknown, origin: Trust, now: Date): ConnectionFault | undefined {
  if (!(socket instanceof TLSSocket)) return "connection_certificate_missing";
  const fault = judgeChain(presentedChain(socket), origin, now);
  return fault && `connection_certificate_${fault}`;
}

export function readOptions(
  { edgeHeaders, passthrough }: Omit<VerifierOptions, "origin">,
  now: Date,
): ReadOptions {
  return { edgeHeaders: edgeHeaders ?? "required", passthrough, now };
}

function presentedChain(socket: TLSSocket): readonly Buffer[] {
  const chain: Buffer[] = [];
  // As sent, leaf first.
  for (
    let next: X509Certificate | undefined = socket.getPeerX509Certificate();
    next !== undefined && !chain.some(der => next?.raw.equals(der));
    next = next.issuerCertificate
  ) {
    chain.push(next.raw);
  }
  return chain;
}

/** Names and values by turns, as they came: `headers` has already joined or dropped what came twice. */
function pairsOf(rawHeaders: readonly string[]): readonly HeaderPair[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""] as const] : [],
  );
}
