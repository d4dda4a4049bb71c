// One HTTPS request through the edge to our own API, as any client makes it: which certificate does the edge present?
import * as z from "zod";
import type { OriginProbe } from "#core/rotation/ports.ts";

const answerSchema = z.object({ seen: z.boolean() });
const timeoutMs = 10_000;

/** `edgeUrl`: of the API at the edge, without a path. Never rejects: what is not a proper answer is `refused`. */
export function edgeProbe(edgeUrl: string): OriginProbe {
  return async (use, sha256) => {
    try {
      const response = await fetch(`${edgeUrl}/v1/origin-certificate/${use}?sha256=${sha256}`, {
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.status !== 200) {
        await response.body?.cancel();
        return "refused";
      }
      return answerSchema.parse(await response.json()).seen ? "seen" : "other";
    } catch {
      return "refused";
    }
  };
}
