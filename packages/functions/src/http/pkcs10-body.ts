// The body of an EST enrolment: media type and size before anything of it is read.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { fail } from "#core/error.ts";
import { readPkcs10 } from "#core/est/read-request.ts";
import { pkcs10Type } from "../contract/est.ts";
import { bodyLimitBytes } from "./json-body.ts";

/** The request's DER. Refuses with `request.media_type_unsupported`, `request.too_large`, and as `readPkcs10` does. */
export async function readPkcs10Body(event: APIGatewayProxyEventV2): Promise<Uint8Array<ArrayBuffer>> {
  const mediaType = (event.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (mediaType !== pkcs10Type) fail("request.media_type_unsupported", { expected: pkcs10Type });
  // The gateway takes this type for binary: what is base64 already comes in base64 once more.
  const bytes = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "latin1");
  if (bytes.byteLength > bodyLimitBytes) fail("request.too_large", { limitBytes: bodyLimitBytes });
  return readPkcs10(bytes.toString("latin1"));
}
