// Binds a server to loopback and stops it completely: open keep-alive connections included.
import type { Server as NetServer, Socket } from "node:net";

export type RunningServer = {
  readonly port: number;
  readonly url: string;
  readonly stop: () => Promise<void>;
};

export type ListenOptions = {
  readonly name: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly scheme?: "http" | "https";
};

/** A port that another process holds; the start script turns it into one line of advice. */
export class PortBusyError extends Error {
  readonly port: number;
  constructor(name: string, port: number) {
    super(`port ${port} for ${name} is in use by another program`);
    this.port = port;
  }
}

/**
 * Listens on 127.0.0.1 only (threat K2: a CA key stands behind these ports).
 * Throws PortBusyError when the port is taken.
 */
export async function listenOnLoopback(server: NetServer, options: ListenOptions): Promise<RunningServer> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new PortBusyError(options.name, options.port) : error),
    );
    server.listen(options.port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no TCP address"));
      else resolve(address.port);
    });
  });
  return {
    port,
    url: `${options.scheme ?? "http"}://127.0.0.1:${port}`,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
