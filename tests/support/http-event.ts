// An HTTP API payload 2.0 event as API Gateway makes it for a request that came from CloudFront over mTLS.
import type { APIGatewayProxyEventV2 } from "aws-lambda";

export type HttpEventParts = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  /** The PEM of the connection's own client certificate; null when it had none. */
  readonly originCertificate?: string | null;
};

export function anHttpEvent(parts: HttpEventParts = {}): APIGatewayProxyEventV2 {
  const clientCertPem = parts.originCertificate === undefined ? "(CloudFront's)" : parts.originCertificate;
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: "/",
    rawQueryString: "",
    headers: { ...parts.headers },
    requestContext: {
      accountId: "111122223333",
      apiId: "api",
      ...(clientCertPem === null ? {} : { authentication: { clientCert: { ...clientCert, clientCertPem } } }),
      domainName: "api.example.com",
      domainPrefix: "api",
      http: { method: "POST", path: "/", protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
      requestId: "request-1",
      routeKey: "$default",
      stage: "$default",
      time: "01/Mar/2026:12:00:00 +0000",
      timeEpoch: 1_772_366_400_000,
    },
    isBase64Encoded: parts.isBase64Encoded ?? false,
    ...(parts.body === undefined ? {} : { body: parts.body }),
  };
}

const clientCert = {
  subjectDN: "CN=origin",
  issuerDN: "CN=Origin CA",
  serialNumber: "1",
  validity: { notBefore: "Jan  1 00:00:00 2026 GMT", notAfter: "Jan  1 00:00:00 2027 GMT" },
};
