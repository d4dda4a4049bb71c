// GET /v1/origin-certificate/{use}: did this request come over a connection with the origin certificate named in it?
// Answered with yes or no, so that a stranger who does not know the certificate learns nothing about it.
import type * as z from "zod";
import { fail } from "#core/error.ts";
import { sha256Hex } from "#core/sha256.ts";
import * as x509 from "#core/x509.ts";
import { connectionCertificate } from "#verifier/adapter/from-lambda-event.ts";
import { originCertificateQuery, type originCertificateSchema } from "../contract/get-origin-certificate.ts";
import { parseQuery } from "../http/query.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export function getOriginCertificateRoute(): Route {
  return async event => {
    const { sha256 } = parseQuery(originCertificateQuery, event);
    const pem = connectionCertificate(event);
    if (pem === undefined) {
      fail("caller.unauthenticated", { reason: "requests reach this API through the edge only" });
    }
    const presented = await sha256Hex(new Uint8Array(new x509.X509Certificate(pem).rawData));
    const body: z.infer<typeof originCertificateSchema> = { seen: presented === sha256 };
    return { status: 200, body };
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/origin-certificate/{use}", getOriginCertificateRoute()),
);
