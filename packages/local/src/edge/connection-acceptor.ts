// Takes TLS connections, has each finished handshake judged, and resets what is refused: no HTTP octet leaves.
import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket, type TlsOptions } from "node:tls";

export type AcceptedHandshake = {
  readonly socket: TLSSocket;
  readonly clientIp: string;
  readonly clientPort: number;
  readonly serverIp: string;
  readonly milliseconds: number;
};
export type FailedHandshake = Omit<AcceptedHandshake, "socket"> & { readonly errorCode: string };

export type AcceptorEvents = {
  /** Judges a finished handshake: true when the socket was handed on to HTTP, false to have it reset. */
  readonly admit: (handshake: AcceptedHandshake) => boolean;
  readonly failed: (handshake: FailedHandshake) => void;
};

type Peer = {
  readonly raw: Socket;
  readonly started: number;
  readonly facts: Omit<AcceptedHandshake, "socket" | "milliseconds">;
  settled: boolean;
};

export function createAcceptor(options: TlsOptions, events: AcceptorEvents): Server {
  // The TLS socket does not tell which TCP socket it wraps, and only the TCP socket can be reset.
  const peers = new Map<string, Peer>();
  const server = createServer(options);
  const settle = (peer: Peer, errorCode: string): void => {
    if (peer.settled) return;
    peer.settled = true;
    events.failed({ ...peer.facts, milliseconds: performance.now() - peer.started, errorCode });
  };
  server.on("connection", (raw: Socket) => {
    const key = peerKey(raw);
    const { remoteAddress: clientIp = "", remotePort: clientPort = 0, localAddress: serverIp = "" } = raw;
    const peer = {
      raw,
      started: performance.now(),
      facts: { clientIp, clientPort, serverIp },
      settled: false,
    };
    peers.set(key, peer);
    raw.once("close", () => {
      // The port may already belong to the next connection.
      if (peers.get(key) === peer) peers.delete(key);
      settle(peer, "ECONNRESET");
    });
  });
  server.on("secureConnection", socket => {
    const peer = peers.get(peerKey(socket));
    socket.on("error", () => socket.destroy());
    if (peer === undefined) return void socket.destroy();
    peer.settled = true;
    const handshake = { ...peer.facts, socket, milliseconds: performance.now() - peer.started };
    if (!admitClosed(events, handshake)) reset(peer.raw);
  });
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => {
    // A socket that the viewer closed no longer knows its peer; its TCP socket's close says the rest.
    const peer = peers.get(peerKey(socket));
    if (peer === undefined) return;
    settle(peer, error.code ?? "");
    reset(peer.raw);
  });
  return server;
}

/** The certificates as presented, leaf first; node keeps their order and adds none of its own. */
export function presentedCertificates(socket: TLSSocket): readonly Buffer[] {
  const ders: Buffer[] = [];
  let next: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (next !== undefined) {
    ders.push(next.raw);
    next = next.issuerCertificate;
  }
  return ders;
}

/** A fault in the verdict is a refusal: the edge fails closed. */
function admitClosed(events: AcceptorEvents, handshake: AcceptedHandshake): boolean {
  try {
    return events.admit(handshake);
  } catch (error) {
    console.error("edge: the verdict on a connection failed", error);
    return false;
  }
}

/** TCP RST, as viewers see it at CloudFront (curl: "Connection reset by peer"). */
function reset(raw: Socket): void {
  raw.on("error", () => raw.destroy());
  raw.resetAndDestroy();
}

function peerKey(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`;
}
