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
  const clientCertPem =
    parts.originCertificate === undefined ? originCertificatePem : parts.originCertificate;
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

/** CloudFront's client certificate, CN=origin, from 2020 to 2049; its CA's key exists no more. */
const originCertificatePem = `-----BEGIN CERTIFICATE-----
MIIBbjCCARSgAwIBAgIBATAKBggqhkjOPQQDAjA5MQswCQYDVQQGEwJVUzEWMBQG
A1UECgwNRWRnZWNlcnQgVGVzdDESMBAGA1UEAwwJT3JpZ2luIENBMB4XDTIwMDEw
MTAwMDAwMFoXDTQ5MTIzMTIzNTk1OVowETEPMA0GA1UEAwwGb3JpZ2luMFkwEwYH
KoZIzj0CAQYIKoZIzj0DAQcDQgAE/bYy1M4bbTUmkaZCeMCpIIa1MtJLJSsEoozL
M2rY6CwXW3un4K6UeQR/D4kJtCo6klbK7S35eF4RZPi/+haXE6M1MDMwDAYDVR0T
AQH/BAIwADAOBgNVHQ8BAf8EBAMCAIAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwCgYI
KoZIzj0EAwIDSAAwRQIgDmkWfTsuAtUPyaAwruglZ7IWfXCs9vvyvOwTk1eDBHsC
IQDixjTMnAXIdEqciiSOEhSnfg+qWA9w5PjmEdnxYYPwtQ==
-----END CERTIFICATE-----
`;
