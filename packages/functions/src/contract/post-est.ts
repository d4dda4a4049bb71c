// POST /.well-known/est/{operation} and POST /.well-known/est/{label}/{operation}.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";
import { certsOnlyType, enrolOperations, labelSchema, pkcs10Type } from "./est.ts";
import { renewingProblems } from "./renew-certificate.ts";

const operation = z.enum(enrolOperations);

export const postEst = {
  method: "POST",
  path: "/.well-known/est/{operation}",
  summary: "EST: enrol a holder, or renew the caller's own certificate",
  description:
    "RFC 7030, 4.2. The body is the base64 of a DER request, with or without line breaks. The same request again is answered with the same certificate.",
  callers: { certificate: "any" },
  params: z.object({ operation }),
  body: { kind: "text", mediaTypes: [pkcs10Type] },
  responses: {
    200: {
      description: "The base64 of a PKCS #7 with the issued certificate alone.",
      content: { kind: "text", mediaTypes: [certsOnlyType] },
    },
    202: {
      description: "The request is recorded and the CA is slow: repeat it.",
      headers: ["retry-after"],
      content: { kind: "text", mediaTypes: ["text/plain"] },
    },
  },
  problems: renewingProblems,
} as const satisfies RouteContract;

export const postEstLabelled = {
  ...postEst,
  path: "/.well-known/est/{label}/{operation}",
  params: z.object({ label: labelSchema, operation }),
} as const satisfies RouteContract;
