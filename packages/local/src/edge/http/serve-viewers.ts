// HTTP/1.1 and HTTP/2 over connections that were already admitted; which one, ALPN decided. HTTP/3 does not exist here.
import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { EdgeRequest, EdgeResponse } from "./exchange.ts";
import type { Viewer } from "./forward-request.ts";
import { type HttpContext, handleRequest, maxHeaderBytes } from "./handle-request.ts";

export type ViewerServer = { readonly take: (socket: TLSSocket, viewer: Viewer) => void };

/** Room above the documented limit, so that the edge and not the parser answers a request that is over it. */
const parserHeaderBytes = 2 * maxHeaderBytes;

export function serveViewers(context: () => HttpContext): ViewerServer {
  const viewers = new Map<string, Viewer>();
  const onRequest = (request: EdgeRequest, response: EdgeResponse): void => {
    // Without a known viewer there is no verdict to rely on: the request dies with its connection.
    const viewer = viewers.get(viewerKey(request.socket));
    if (viewer === undefined) return void request.socket?.destroy();
    handleRequest(context(), viewer, request, response).catch((error: unknown) => {
      console.error("edge: a request failed", error);
      response.destroy();
    });
  };
  const http1 = createServer({ maxHeaderSize: parserHeaderBytes, keepAliveTimeout: 60_000 }, onRequest);
  const http2 = createHttp2Server({ settings: { maxHeaderListSize: parserHeaderBytes } }, onRequest);
  return {
    take: (socket, viewer) => {
      const key = viewerKey(socket);
      viewers.set(key, viewer);
      socket.once("close", () => {
        // The port may already belong to the next connection.
        if (viewers.get(key) === viewer) viewers.delete(key);
      });
      (socket.alpnProtocol === "h2" ? http2 : http1).emit("connection", socket);
    },
  };
}

/** HTTP/2 hands out a stand-in for the socket, so the peer's address is the key: one per open connection. */
function viewerKey(socket: Socket | undefined): string {
  return `${socket?.remoteAddress}:${socket?.remotePort}`;
}
