// The body of a posted revocation list: DER, or PEM as text. The gateway hands on what is not text in base64.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { readCrlPem } from "#core/crl/crl-pem.ts";
import { fail } from "#core/error.ts";

/** Lambda takes 6 MB of request, base64 and headers included. */
export const crlLimitBytes = 4_194_304;

const pemTypes = new Set(["application/x-pem-file", "text/plain"]);
const derType = "application/pkix-crl";

/** The list's DER. Refuses with `request.media_type_unsupported`, `request.too_large` or `crl.refused`. */
export function readCrlBody(event: APIGatewayProxyEventV2): Uint8Array<ArrayBuffer> {
  const mediaType = (event.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const isPem = pemTypes.has(mediaType);
  if (!isPem && mediaType !== derType) {
    fail("request.media_type_unsupported", { expected: `${derType} or application/x-pem-file` });
  }
  const bytes = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  if (bytes.byteLength > crlLimitBytes) fail("request.too_large", { limitBytes: crlLimitBytes });
  return isPem ? readCrlPem(bytes.toString("latin1")) : new Uint8Array(bytes);
}
