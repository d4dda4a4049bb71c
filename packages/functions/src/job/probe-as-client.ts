// One request to our API as a device makes it: a connection of its own to the edge, with a client certificate. The answer
// shows that certificate only if the edge took it and the API recognised it.
import { request } from "node:https";
import * as z from "zod";
import type { EdgeProber, EdgeVerdict } from "#core/roll-over/ports.ts";

const answerSchema = z.object({ id: z.string() });
const timeoutMs = 10_000;
const longestAnswer = 100_000;

/** `edgeUrl`: of the API at the edge, without a path. Never rejects: a connection that breaks is `refused`. */
export function clientProbe(edgeUrl: string): EdgeProber {
  return ({ certificatePem, privateKeyPem }, certificateId) =>
    new Promise<EdgeVerdict>(resolve => {
      const outgoing = request(
        `${edgeUrl}/v1/certificates/${certificateId}`,
        { cert: certificatePem, key: privateKeyPem, agent: false, signal: AbortSignal.timeout(timeoutMs) },
        response => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            text += chunk;
            if (text.length > longestAnswer) response.destroy();
          });
          response.on("close", () =>
            resolve(response.statusCode === 200 && idIn(text) === certificateId ? "admitted" : "other"),
          );
        },
      );
      outgoing.on("error", () => resolve("refused"));
      outgoing.end();
    });
}

function idIn(text: string): string | undefined {
  try {
    return answerSchema.parse(JSON.parse(text)).id;
  } catch {
    return undefined; // An error page, or half an answer.
  }
}
