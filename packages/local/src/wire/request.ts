// What every AWS-shaped HTTP server here needs of a request: the capped body, and who signed it.
import type { IncomingMessage } from "node:http";

export class BodyTooLargeError extends Error {}

/** Reads a whole body; throws BodyTooLargeError past `maxBytes`, without keeping what came before. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new BodyTooLargeError(`body over ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The access key id of a SigV4 or SigV4a Authorization header, or undefined when the request is not signed.
 * The signature itself is not recomputed: on this machine the key id only names the caller's role.
 */
export function callerAccessKey(request: IncomingMessage): string | undefined {
  return accessKeyIn(request.headers.authorization ?? "");
}

/** The same of the header's text. */
export function accessKeyIn(authorization: string): string | undefined {
  return /^AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256) .*Credential=([A-Za-z0-9_-]{4,128})\//.exec(
    authorization,
  )?.[1];
}
