// GET /.well-known/est/{operation} and GET /.well-known/est/{label}/{operation}.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";
import { csrAttributesType, labelSchema, pkcs7Type, readOperations } from "./est.ts";

const operation = z.enum(readOperations);

export const getEst = {
  method: "GET",
  path: "/.well-known/est/{operation}",
  summary: "EST: the CA certificates, or what a CSR should look like",
  description: "RFC 7030, 4.1 and 4.5. Both bodies are base64.",
  callers: "anybody",
  params: z.object({ operation }),
  responses: {
    200: {
      description: "`cacerts`: PKCS #7 with CA certificates up to the root. `csrattrs`: CsrAttrs.",
      content: { kind: "text", mediaTypes: [pkcs7Type, csrAttributesType] },
    },
  },
  problems: ["resource.not_found", "authority.unavailable", "registry.unavailable"],
} as const satisfies RouteContract;

export const getEstLabelled = {
  ...getEst,
  path: "/.well-known/est/{label}/{operation}",
  params: z.object({ label: labelSchema, operation }),
} as const satisfies RouteContract;
