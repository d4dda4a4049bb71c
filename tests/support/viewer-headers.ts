// What the edge says of the device certificate of `aCertificate`, as API Gateway hands it on.

/** CloudFront's own headers. */
export const fromCloudFront = {
  "cloudfront-viewer-cert-present": "1",
  "cloudfront-viewer-cert-serial-number": "4A:3F:5C:92:D1:E8:7B:6C",
  "cloudfront-viewer-cert-issuer": "CN=Device CA,O=Edgecert Test",
  "cloudfront-viewer-cert-subject": "CN=device-1,OU=ec-1a2f3,O=acme",
  "cloudfront-viewer-cert-sha256": "c5".repeat(32),
} as const;

/** Those of our viewer-request function. */
export const fromTheEdge = { "x-edgecert-serial": "4a3f5c92d1e87b6c", "x-edgecert-authority": "m1" } as const;

export const viewerHeaders = { ...fromCloudFront, ...fromTheEdge } as const;
