import { expect, onTestFinished, test } from "vitest";
import type { DistributionConfig } from "#local/edge/distribution-config.ts";
import { openOrigins } from "#local/edge/http/origins.ts";

const distribution: DistributionConfig = {
  id: "E1",
  domainName: "d1.cloudfront.net",
  mode: "optional",
  ignoreCertificateExpiry: false,
  advertiseTrustStoreCaNames: false,
  minimumProtocolVersion: "TLSv1.2_2021",
  origin: { url: "http://default.example" },
  behaviours: [
    { pathPattern: "/v1/one", origin: { url: "http://exact.example" } },
    { pathPattern: "/v1/?.j*", origin: { url: "http://wild.example" } },
    { pathPattern: "/v1/*", origin: { url: "http://late.example" } },
  ],
};

test.each([
  ["/", "default"],
  ["/v1", "default"],
  ["/v1/one", "exact"],
  ["/v1/one?a=/v1/two", "exact"],
  ["/v1/One", "late"],
  ["/v1/one/", "late"],
  ["/v1/a.json", "wild"],
  ["/v1/axjson", "late"],
  ["/v1/ab.json", "late"],
])("%s goes to the first behaviour that fits: %s", (url, name) => {
  const origins = openOrigins(distribution);
  onTestFinished(origins.close);
  expect(origins.originFor(url).host).toBe(`${name}.example`);
});
