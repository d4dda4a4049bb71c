// So many factory clients that post one device after the other, in a thread of their own: what they compute is not
// taken from the local cloud's thread. Each client keeps its TLS connection, as a line's HTTP client does.
import { Worker } from "node:worker_threads";
import type { ApiAccess } from "#local/demo/api-client.ts";

export type RunOptions = {
  readonly prefix: string;
  readonly clients: number;
  /** The run ends with the last of so many devices, or after so many seconds. */
  readonly devices: number;
  readonly seconds: number;
};

export type Run = {
  /** One for each certificate: from the request to the 201, repetitions of a pending one included. */
  readonly latenciesMs: readonly number[];
  readonly seconds: number;
  /** Requests answered with 202 or 503, and repeated. */
  readonly repeated: number;
};

export type ClientsData = RunOptions & { readonly access: Omit<ApiAccess, "agent"> };

export function enrolAtOnce(access: ApiAccess, options: RunOptions): Promise<Run> {
  const { agent: _, ...plain } = access;
  const workerData: ClientsData = { ...options, access: plain };
  const worker = new Worker(new URL("./clients.ts", import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
