// The API's OpenAPI 3.1 document, made of the routes' contracts. docs/openapi.json is its copy; `npm run schemas` writes it.
import { contracts } from "../contract/contracts.ts";
import type { ResponseHeader, RouteContract } from "../http/contract.ts";
import type { Components, JsonObject } from "./json-schema.ts";
import { headerName, toOperation } from "./operation.ts";

const description = [
  "Factories, partners and devices call with their client certificate, operators with a token. Both come through the edge.",
  "Every refusal is a problem document (RFC 9457) with a stable `code`.",
  "Answers may get new members: ignore the ones you do not know. Requests may not have unknown ones.",
].join(" ");

const headers = {
  "cache-control": "How long the answer may be kept.",
  link: 'RFC 8288: the next page, with `rel="next"`.',
  location: "The path of what was made, or of what can be asked for it.",
  "retry-after": "Seconds after which the same request may be sent again.",
} as const satisfies Record<ResponseHeader, string>;

const securitySchemes = {
  clientCertificate: {
    type: "mutualTLS",
    description:
      "A certificate of an authority, shown to the edge. A role names the profile that it must have.",
  },
  operatorToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "A token of the configured OIDC issuer. A role names the scope that it must hold.",
  },
};

/** API Gateway's and CloudFront's own answers, such as for an unknown path or a request that is no HTTP. */
const gatewayResponse = {
  description: "An answer of the gateway or the edge itself, which edgecert has no part in.",
  content: {
    "application/json": {
      schema: { type: "object", properties: { message: { type: "string" } }, required: ["message"] },
    },
    "text/html": { schema: { type: "string" } },
  },
};

export function openApiDocument(): JsonObject {
  const components: Components = new Map();
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const [name, routes] of Object.entries<readonly RouteContract[]>(contracts)) {
    routes.forEach((contract, index) => {
      const operationId = index === 0 ? name : `${name}-${index + 1}`;
      const operation = toOperation(operationId, contract, components);
      paths[contract.path] = { ...paths[contract.path], [contract.method.toLowerCase()]: operation };
    });
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "edgecert",
      version: "1.0.0",
      description,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths: sorted(paths),
    components: {
      schemas: sorted(Object.fromEntries(components)),
      responses: { Gateway: gatewayResponse },
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [
          headerName(name),
          { description: text, schema: { type: "string" } },
        ]),
      ),
      securitySchemes,
    },
  };
}

function sorted<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
