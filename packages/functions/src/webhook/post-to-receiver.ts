// The POST of a webhook. The address is judged where the connection is made: a name that resolved to a public address when
// the webhook was recorded may resolve to another one now.
import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { PostToReceiver } from "#core/webhook/ports.ts";
import { type InsecureHosts, isPublicAddress, judgeUrl } from "./receiver-address.ts";

/** Name, connection, TLS and the answer's first line together. */
const timeoutMs = 5_000;

type LookedUp = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** What Node connects to, so nothing can change between the judgement and the connection. */
function publicLookup(host: string, options: LookupOptions, done: LookedUp): void {
  lookup(host, { ...options, all: true }, (error, found) => {
    const [first] = found ?? [];
    if (error !== null) done(error, []);
    else if (first === undefined || !found.every(({ address }) => isPublicAddress(address)))
      done(new Error("its address is not a public one"), []);
    else if (options.all === true) done(null, found);
    else done(null, first.address, first.family);
  });
}

export function postToReceiver(insecureHosts: InsecureHosts): PostToReceiver {
  return async (url, headers, body) => {
    const refusal = judgeUrl(url, insecureHosts);
    if (refusal !== undefined) return { kind: "failed", reason: refusal };
    try {
      const status = await post(new URL(url), headers, body, insecureHosts);
      // A redirect is no success either: it is not followed, since nobody has judged where it leads.
      return status >= 200 && status < 300
        ? { kind: "accepted" }
        : { kind: "failed", reason: `it answered ${status}` };
    } catch (error) {
      return { kind: "failed", reason: reasonOf(error) };
    }
  };
}

function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  insecureHosts: InsecureHosts,
): Promise<number> {
  const send = url.protocol === "http:" ? httpRequest : httpsRequest;
  const guard = insecureHosts.includes(url.hostname) ? {} : { lookup: publicLookup };
  return new Promise((resolve, reject) => {
    const sent = send(
      url,
      {
        ...guard,
        method: "POST",
        // A connection of its own: a kept one was judged some time ago.
        agent: false,
        headers: { ...headers, "content-length": Buffer.byteLength(body), "user-agent": "edgecert-webhook" },
        signal: AbortSignal.timeout(timeoutMs),
      },
      response => {
        // Nothing that it says is read: an answer may be endless.
        response.destroy();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** For the operator: the kind of trouble, and nothing of what the receiver sent. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "it could not be reached";
  if (error.name === "AbortError" || error.name === "TimeoutError")
    return `it did not answer within ${timeoutMs / 1_000} s`;
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
