// Quotas of an HTTP API. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
export const gatewayLimits = {
  /** Request line and headers together. */
  headerBytes: 10_240,
  payloadBytes: 10 * 1024 * 1024,
  integrationTimeoutMs: 30_000,
} as const;
