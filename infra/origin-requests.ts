// Which headers reach an origin. A header that a policy does not name is not there for the viewer-request function either.
import type { ViewerMode } from "./config.ts";
import { named } from "./names.ts";

/** All that the verifier asks for (docs/origin.md), but the certificate or its digest. */
const viewerCertificate = ["Present", "Serial-Number", "Issuer", "Subject"].map(
  name => `CloudFront-Viewer-Cert-${name}`,
);
const digest = "CloudFront-Viewer-Cert-Sha256";
/** Written by the viewer-request function, which removes what a client sends under these names. */
const identity = ["authority", "serial", "holder", "tenant"].map(name => `x-edgecert-${name}`);

/** The gateway routes by the Host that the viewer sent, so that one rehearsed domain serves both. */
export function declareApiRequests() {
  return new aws.cloudfront.OriginRequestPolicy("ApiRequests", {
    name: named("api-requests"),
    comment: "all that the viewer sent, and its certificate",
    headersConfig: {
      headerBehavior: "allViewerAndWhitelistCloudFront",
      headers: { items: [...viewerCertificate, digest] },
    },
    queryStringsConfig: { queryStringBehavior: "all" },
    cookiesConfig: { cookieBehavior: "none" },
  });
}

/** Ten headers are CloudFront's limit. */
export function declareContentRequests(mode: ViewerMode) {
  const last = mode === "passthrough" ? ["Client-Cert", "Client-Cert-Chain"] : [digest];
  return new aws.cloudfront.OriginRequestPolicy("ContentRequests", {
    name: named("content-requests"),
    comment: "the viewer's certificate and identity",
    headersConfig: {
      headerBehavior: "whitelist",
      headers: { items: [...viewerCertificate, ...identity, ...last] },
    },
    queryStringsConfig: { queryStringBehavior: "all" },
    cookiesConfig: { cookieBehavior: "none" },
  });
}
