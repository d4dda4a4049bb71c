// Ends the sandbox at a crash point. It listens to Node's own diagnostics channels, so that product code has no hook:
// node:http announces a request before its first byte leaves, and a response before any listener sees it.
import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { ArmedCrashPoint, CrashPoint } from "../sandbox-message.ts";

type Outgoing = { readonly method: string; readonly path: string; readonly target: string };

/** Starts watching; the answer arms further points. `crash` must not return. */
export function watchOutgoingRequests(
  initial: readonly ArmedCrashPoint[],
  crash: (crashPoint: ArmedCrashPoint) => never,
): (crashPoint: ArmedCrashPoint) => void {
  const armed = [...initial];
  const meet = (when: CrashPoint["when"], request: Outgoing): void => {
    const line = `${request.method} ${request.path}`;
    for (const point of armed) {
      if (point.when !== when || !(request.target.includes(point.match) || line.includes(point.match)))
        continue;
      if (Atomics.add(new Int32Array(point.count), 0, 1) + 1 === point.occurrence) crash(point);
    }
  };
  // The channels' messages are untyped; their shapes are those that Node's documentation gives.
  subscribe("http.client.request.created", message => {
    meet("before-send", fromClientRequest((message as { request: ClientRequest }).request));
  });
  subscribe("http.client.response.finish", message => {
    meet("after-response", fromClientRequest((message as { request: ClientRequest }).request));
  });
  subscribe("undici:request:create", message => {
    meet("before-send", fromFetch((message as { request: FetchRequest }).request));
  });
  subscribe("undici:request:headers", message => {
    meet("after-response", fromFetch((message as { request: FetchRequest }).request));
  });
  return point => {
    armed.push(point);
  };
}

function fromClientRequest(request: ClientRequest): Outgoing {
  const target = request.getHeader("x-amz-target");
  return { method: request.method, path: request.path, target: typeof target === "string" ? target : "" };
}

type FetchRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: string | readonly string[];
};

function fromFetch({ method, path, headers }: FetchRequest): Outgoing {
  const text = typeof headers === "string" ? headers : pairs(headers);
  return { method, path, target: /^x-amz-target: *(.*?)\r?$/im.exec(text)?.[1] ?? "" };
}

function pairs(flat: readonly string[]): string {
  return flat.map((part, at) => (at % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join("");
}
